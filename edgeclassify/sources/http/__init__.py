"""What every network camera needs: addresses, connections with a deadline, passwords, HTTP, JPEGs in a stream."""
