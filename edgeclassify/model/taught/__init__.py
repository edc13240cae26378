"""Models that were taught here: a base of the catalog, and a head of one's own classes on it."""
