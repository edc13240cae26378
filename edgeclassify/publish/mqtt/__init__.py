"""The sink for an MQTT broker: publisher → outbox → delivery (the thread) → session → link."""
