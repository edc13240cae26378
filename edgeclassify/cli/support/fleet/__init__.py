"""What the commands of a fleet share: who is meant, how it is asked, and how that goes on."""
