"""What is looked at, one module per subject; each leaves the service running for the next."""
