"""Looks: what models saw at some moments, kept for later, and which moments are worth it."""
