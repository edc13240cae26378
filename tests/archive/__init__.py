"""Tests of edgeclassify/archive."""
