"""What a frame costs on this machine: each stage measured beside the bare invoke()."""
