"""Signed configs and models by URL: whether one is meant for this node, is genuine, and does well."""
