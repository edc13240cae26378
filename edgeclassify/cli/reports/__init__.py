"""What commands print: tables and lines for people, records for programs."""
