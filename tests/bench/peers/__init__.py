"""Other ways to classify a picture, beside ours: `python -m tests.bench.peers FOLDER`."""
