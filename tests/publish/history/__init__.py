"""Tests of the history as a sink."""
