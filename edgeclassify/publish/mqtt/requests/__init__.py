"""What arrives over MQTT: what is subscribed to, and what it asks for."""
