"""One reason to work less often in each module: what is read of it, and how many octaves that asks for."""
