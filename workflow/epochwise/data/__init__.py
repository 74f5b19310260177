"""From a dataset's source to the arrays of one fold."""
