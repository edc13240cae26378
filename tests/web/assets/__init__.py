"""The page's own files, as far as they can be checked without a browser."""
