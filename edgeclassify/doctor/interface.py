"""What a check is, and what comes of it."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Generic, TypeVar

from edgeclassify.lazy_dataclass import dataclass

Around = TypeVar("Around")


class Standing(StrEnum):
    """How a check ended, from good to bad. UNKNOWN: it can't be found out here, for the reason that is said."""

    OK = "ok"
    UNKNOWN = "unknown"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, each a line.

    `check`: its id, as docs/troubleshooting.md explains it. `subject`: which of several (a camera, a topic), None
    where there is only one. `remedy`: what to do, None where nothing is to be done. `figures`: for programs.
    """

    check: str
    standing: Standing
    found: str
    remedy: str | None = None
    subject: str | None = None
    figures: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Check(Generic[Around]):
    """`id`: lower case with hyphens. `title`: a few words. `look`: finds out, given what is around it; it raises
    nothing, and ends within `within_s` seconds."""

    id: str
    title: str
    look: Callable[[Around], list[Finding]]
    within_s: float
