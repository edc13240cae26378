"""What several kinds of sources share."""
