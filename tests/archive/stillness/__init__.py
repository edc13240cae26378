"""Tests of edgeclassify/archive/stillness."""
