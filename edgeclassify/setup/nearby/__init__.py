"""What this network offers: brokers, and Home Assistant."""
