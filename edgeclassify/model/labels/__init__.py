"""Class index → name: label files in the forms that tools write, and which of them a model goes with."""
