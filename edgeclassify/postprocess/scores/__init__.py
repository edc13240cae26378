"""Scores of one view, on their way to a decision: added up to groups, tempered, and filtered over time."""
