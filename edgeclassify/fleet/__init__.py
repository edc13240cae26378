"""Orders to many nodes at once, over MQTT: which are meant, how far they are, what came of it."""
