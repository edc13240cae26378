"""The labels that a view decides between: the model's own, added up to groups, allowed and denied."""
