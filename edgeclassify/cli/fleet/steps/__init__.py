"""What several commands of a fleet do."""
