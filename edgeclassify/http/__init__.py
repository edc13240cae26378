"""HTTP for all who speak it, cameras and the webhook: addresses, connections with a deadline, TLS, answers."""
