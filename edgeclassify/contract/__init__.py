"""What is said over MQTT: topics, bodies, requests."""
