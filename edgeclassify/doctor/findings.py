"""Findings, written short."""

from collections.abc import Mapping
from typing import Any

from edgeclassify.doctor.interface import Finding, Standing

Figures = Mapping[str, Any] | None


def ok(check: str, found: str, *, subject: str | None = None, figures: Figures = None) -> Finding:
    """Nothing is to be done."""
    return Finding(check, Standing.OK, found, None, subject, figures)


def unknown(
    check: str, found: str, remedy: str | None = None, *, subject: str | None = None, figures: Figures = None
) -> Finding:
    """It can't be found out here; `found` says why, `remedy` how it could."""
    return Finding(check, Standing.UNKNOWN, found, remedy, subject, figures)


def warning(
    check: str, found: str, remedy: str, *, subject: str | None = None, figures: Figures = None
) -> Finding:
    """It works, and may not for long, or not as it should."""
    return Finding(check, Standing.WARNING, found, remedy, subject, figures)


def fault(check: str, found: str, remedy: str, *, subject: str | None = None, figures: Figures = None) -> Finding:
    """It does not work."""
    return Finding(check, Standing.FAULT, found, remedy, subject, figures)
