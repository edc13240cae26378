"""What deciders get, in a file: written while the daemon runs, and decided on again later, by other rules too."""
