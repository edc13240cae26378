"""Images: files, folders and URLs, read in order, and folders that are watched for new ones."""
