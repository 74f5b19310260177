"""The loss histories that other tools leave: read into one form, whatever wrote them."""
