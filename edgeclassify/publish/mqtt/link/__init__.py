"""One connection to a broker: how it is made, what it carries, and why it fails."""
