"""How Home Assistant sees the node."""
