"""What several commands of `teach` do: add pictures, fit, tell of a change."""
