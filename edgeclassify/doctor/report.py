"""What all checks together say: as JSON, and as an exit status."""

from collections.abc import Sequence
from typing import Any

from edgeclassify import __version__
from edgeclassify.contract.encoding import rfc3339
from edgeclassify.doctor.interface import Finding, Standing
from edgeclassify.errors import ExitStatus

_ORDER = tuple(Standing)


def worst(findings: Sequence[Finding]) -> Standing:
    """How the worst of them stands; ok where there is none."""
    return max((finding.standing for finding in findings), key=_ORDER.index, default=Standing.OK)


def exit_status(findings: Sequence[Finding]) -> ExitStatus:
    """0 without a fault; 78 where the config is one, 69 for any other."""
    at_fault = {finding.check for finding in findings if finding.standing is Standing.FAULT}
    if not at_fault:
        return ExitStatus.OK
    return ExitStatus.CONFIG if "config" in at_fault else ExitStatus.UNAVAILABLE


def document(findings: Sequence[Finding], titles: dict[str, str], at: float) -> dict[str, Any]:
    """For programs. `titles`: by the checks' ids; `at`: seconds since the epoch."""
    return {
        "version": __version__,
        "ts": rfc3339(at),
        "checks": [
            {
                "check": finding.check,
                "subject": finding.subject,
                "title": titles[finding.check],
                "standing": str(finding.standing),
                "found": finding.found,
                "remedy": finding.remedy,
                "figures": None if finding.figures is None else dict(finding.figures),
            }
            for finding in findings
        ],
        "worst": str(worst(findings)),
    }
