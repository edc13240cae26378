"""What every MQTT client of ours needs: credentials, waits, the words for failures."""
