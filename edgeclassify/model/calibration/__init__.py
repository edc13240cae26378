"""A model's scores held against pictures of known labels: a temperature, what it is worth, thresholds."""
