"""Teaching while the daemon runs: what is asked over MQTT, beside the frames, and new heads, taken over."""
