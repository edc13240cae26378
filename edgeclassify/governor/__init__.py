"""How often and with how many threads a node works, by its heat, its load and its battery."""
