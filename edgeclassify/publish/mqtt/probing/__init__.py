"""What a broker does for those who subscribe late, tried on topics of the node's own."""
