"""Events as lines of comma-separated values, for spreadsheets."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

COLUMNS = (
    "seq", "ts", "view", "event_type", "label", "score", "id", "novelty", "count_today", "reason", "duration_s",
    "lasting_s", "picture",
)  # fmt: skip
"""What an event has not is empty."""


def csv_of(events: Sequence[Mapping[str, Any]], *, heading: bool) -> str:
    """A line for each event, as the body of an answer has it; `heading`: below the names of the columns."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    if heading:
        writer.writerow(COLUMNS)
    for event in events:
        flat = {**event.get("why", {}), **event}
        writer.writerow([cell(flat.get(name, "")) for name in COLUMNS])
    return lines.getvalue()


def cell(value: Any) -> Any:
    """A spreadsheet takes what begins so for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value
