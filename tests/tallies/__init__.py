"""Local days, counts of labels, and whether the clock is set."""
