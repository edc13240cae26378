"""First, new, how many: what is counted of the labels in views, by local days."""
