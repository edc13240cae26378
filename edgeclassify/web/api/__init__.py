"""What is asked over HTTP, by subject, and the document that describes it."""
