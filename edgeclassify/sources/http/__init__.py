"""What is read of cameras over HTTP: one GET with a deadline, logins, redirects, JPEGs in a stream."""
