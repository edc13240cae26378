"""A camera's frame as a whole, before any view looks at it."""
