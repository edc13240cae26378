"""Models that other tools export as a zip (Teachable Machine and the like), put beside those of the catalog."""
