"""Predictions → states and events: noisy per-frame scores become something an automation can act on."""
