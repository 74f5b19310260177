"""From the arrays of one fold to the losses after every epoch."""
