"""From a section of the config to a classifier that works: everything is checked here, once."""
