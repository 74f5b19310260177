"""Networks of one's own: from what a user of PyTorch or Keras writes to a trainer of the contract."""
