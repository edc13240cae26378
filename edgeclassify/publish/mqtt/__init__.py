"""The sink for an MQTT broker: sink → outbox → delivery (the thread) → session → link."""
