"""What goes out next on one connection, and what became of it; knows no socket and no MQTT library."""
