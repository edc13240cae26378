"""Tests of edgeclassify/archive/listing."""
