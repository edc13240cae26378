"""A recording decided on again: what comes of it, and how well that agrees with what was to be seen."""
