"""Tests of how fast a model runs here, and what that makes of "auto"."""
