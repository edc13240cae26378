"""Tests of delivery: payloads, spool, event numbers, the broker connection."""
