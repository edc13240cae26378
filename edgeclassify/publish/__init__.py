"""Events → the world: topics and payloads, the spool of undelivered events, and the broker connection."""
