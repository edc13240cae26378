"""What cameras show, coded while somebody looks, once for all who do."""
