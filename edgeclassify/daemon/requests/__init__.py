"""What is asked of the running node, and how it is answered."""
