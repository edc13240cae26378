"""The database on disk: its tables, the rows that still count, its log, and what a damaged one leaves."""
