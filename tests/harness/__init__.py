"""Faults that are done to runs of a small study, and what each leads to."""
