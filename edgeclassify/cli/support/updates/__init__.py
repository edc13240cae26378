"""What the commands on updates share."""
