"""What deciders get, in a file: written while the daemon runs, decided on again at any time, with other rules too."""
