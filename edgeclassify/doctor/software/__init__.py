"""The program itself: Python, what it stands on, and how fast models run here."""
