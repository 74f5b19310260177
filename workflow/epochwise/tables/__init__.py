"""The loss table, what is read from it, and the tables that follow from it alone."""
