"""What lies with a model and describes it: its sidecar, its metadata, its golden image."""
