"""What a graph's input and output stand for: told from its operators, and from a few images where they can't."""
