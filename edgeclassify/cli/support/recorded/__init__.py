"""What `replay`, `tune` and `explain` stand on: a recording opened and judged, and decisions in words."""
