"""What an archive's user gets: Parquet files in parts, CSV, and a way to read them back."""
