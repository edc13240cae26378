"""Tests of the log of events over HTTP."""
