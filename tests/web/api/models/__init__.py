"""Tests of models over HTTP."""
