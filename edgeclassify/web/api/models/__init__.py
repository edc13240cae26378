"""The models of the node over HTTP: which there are, what is inside, how they are fetched and tried."""
