"""figures: drawn from the tables."""
