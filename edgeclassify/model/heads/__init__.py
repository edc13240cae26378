"""What turns a network's outputs into scores of labels: its own head, and what is known of its output."""
