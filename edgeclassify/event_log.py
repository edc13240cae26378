"""One line in the log for each event, for who looks there and not at a broker."""

import logging

from edgeclassify.files import printable
from edgeclassify.types import Event

log = logging.getLogger(__name__)


def log_event(event: Event) -> None:
    """E.g. "view gate: start of Egyptian cat, score 0.93 (seq 12)". A label may hold anything: what steers a
    terminal is escaped.
    """
    reason = event.why.reason
    why = "" if reason is None else f", {reason}"
    log.info(
        "view %s: %s of %s, score %.2f%s (seq %d)",
        event.view, event.event_type, printable(event.label), event.score, why, event.seq,
    )  # fmt: skip
