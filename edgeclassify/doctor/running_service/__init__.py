"""The service: its config, its state folder, its unit, how it ended last, and what it says in its log."""
