"""Which pictures are alike, and which of them differ enough to be worth keeping: by their embeddings."""
