"""Tests of what is now."""
