"""Changes to a config file: single keys, with comments and layout kept, checked before the file is replaced."""
