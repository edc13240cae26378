"""Tests of what the comparison of deciders rests on."""
