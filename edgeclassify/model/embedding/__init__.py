"""The embedding of a model: where it is in its graph, and how it becomes an output."""
