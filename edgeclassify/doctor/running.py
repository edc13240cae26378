"""Runs the checks, each within its time: one that hangs is told of and left behind."""

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from queue import Empty, SimpleQueue

from edgeclassify.doctor.around import Around
from edgeclassify.doctor.findings import fault, unknown
from edgeclassify.doctor.interface import Check, Finding
from edgeclassify.redaction import scrubbed

log = logging.getLogger(__name__)


def run_checks(around: Around, checks: Sequence[Check[Around]]) -> Iterator[Finding]:
    """What each check finds, in their order, as soon as it is found."""
    for check in checks:
        for finding in _findings(around, check):
            remedy = None if finding.remedy is None else scrubbed(finding.remedy)
            yield replace(finding, found=scrubbed(finding.found), remedy=remedy)


def _findings(around: Around, check: Check[Around]) -> list[Finding]:
    """In a thread of its own, so that a device or a resolver that never answers holds nothing up."""
    given: SimpleQueue[list[Finding]] = SimpleQueue()
    threading.Thread(target=lambda: given.put(_looked(around, check)), name=check.id, daemon=True).start()
    deadline = time.monotonic() + check.within_s
    try:
        return given.get(timeout=max(0.0, deadline - time.monotonic()))
    except Empty:
        return [unknown(check.id, f"no answer within {check.within_s:g} s")]


def _looked(around: Around, check: Check[Around]) -> list[Finding]:
    try:
        return check.look(around)
    except Exception as error:  # noqa: BLE001 - the other checks go on
        log.debug("%s", check.id, exc_info=True)
        what = f"a fault in edgeclassify: {type(error).__name__}: {error}"
        return [fault(check.id, what, "Report it, with the file of `edgeclassify doctor --bundle FILE`.")]
