"""Tests of edgeclassify/archive/reading."""
