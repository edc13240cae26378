"""How a recording lies in its file: JSON lines in gzip, flushed every few seconds, so that a cut loses little."""
