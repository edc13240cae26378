"""A taught model held against pictures that it does not know, whose labels are known."""
