"""Examples → taught models: gathered, kept, fitted, judged."""
