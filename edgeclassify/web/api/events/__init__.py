"""The node's log of events, asked over HTTP: pages, counts, pictures, and all of it as a file."""
