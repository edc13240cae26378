"""Events of many nodes into a database that one can query: each once, by node and number."""
