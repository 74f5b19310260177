"""Whether results are what they were when they were made, and follow from what they were made from."""
