"""Faults of the synthetic camera, by script: what goes wrong, at which frame, and what ends it."""

import re
from enum import StrEnum

from edgeclassify.lazy_dataclass import dataclass


class FaultKind(StrEnum):
    """What can go wrong."""

    STALL = "stall"  # no frame comes
    FREEZE = "freeze"  # the last frame comes again and again, its clock stands still
    REPEAT = "repeat"  # the same frame again and again, while the clock goes on
    ERROR = "error"  # reading fails
    EXCEPTION = "exception"  # reading fails in a way that nobody expected
    BLOCK = "block"  # the call does not return
    HANG = "hang"  # the call does not return, and keeps Python's lock: no other thread runs
    SLOW = "slow"  # ten times slower
    STRIDE = "stride"  # frames are YUV420 whose rows are longer than the frame
    FORMAT = "format"  # frames are NV12 of half the size
    UNPLUG = "unplug"  # reading fails, and the camera is not there when it is opened again


class Cure(StrEnum):
    """What ends a fault, unless a number of frames or seconds does."""

    RESTART = "restart"  # a restart of the stream, or opening again
    REOPEN = "reopen"  # opening again
    NEVER = "never"  # nothing that this process can do


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind` from frame number `at` on, until `cure`, or for `frames` frames or `seconds`."""

    kind: FaultKind
    at: int
    cure: Cure = Cure.RESTART
    frames: int = 0
    seconds: float = 0.0


_ITEM = re.compile(r"(?P<kind>[a-z]+)@(?P<at>[0-9]{1,9})(?::(?P<until>[a-z]+|[0-9]{1,9}|[0-9.]{1,9}s))?")
SYNTAX = "KIND@FRAME[:UNTIL], UNTIL being restart, reopen, never, a number of frames, or seconds like 3s"


def parse_faults(text: str) -> tuple[Fault, ...]:
    """A script like "stall@50,freeze@120:reopen,slow@200:20". Raises ValueError where it is none."""
    return tuple(_parse_fault(item) for item in text.split(",") if item)


def _parse_fault(item: str) -> Fault:
    match = _ITEM.fullmatch(item)
    if match is None:
        raise ValueError(item)
    kind, at, until = FaultKind(match["kind"]), int(match["at"]), match["until"]
    if until is None:
        return Fault(kind, at)
    if until.isdecimal():
        return Fault(kind, at, Cure.NEVER, frames=int(until))
    if until[0] in "0123456789.":
        return Fault(kind, at, Cure.NEVER, seconds=float(until[:-1]))
    return Fault(kind, at, Cure(until))


class FaultScript:
    """The faults at work: each strikes once, or once in every round of `every` frames (0: no rounds)."""

    def __init__(self, faults: tuple[Fault, ...], every: int = 0) -> None:
        self._faults, self._every = faults, every
        self._struck: set[tuple[int, int]] = set()
        self._active: Fault | None = None
        self._since_sequence, self._since = 0, 0.0

    def now(self, sequence: int, at: float) -> Fault | None:
        """The fault that shapes the frame of this number; `at`: monotonic seconds."""
        self._end_if_over(sequence, at)
        if self._active is None:
            self._strike(sequence, at)
        return self._active

    def restarted(self) -> None:
        """The stream was stopped and started."""
        self._heal(Cure.RESTART)

    def reopened(self) -> None:
        """The camera was closed and opened again."""
        self._heal(Cure.RESTART, Cure.REOPEN)

    def _heal(self, *cures: Cure) -> None:
        if self._active is not None and self._active.cure in cures:
            self._active = None

    def _end_if_over(self, sequence: int, at: float) -> None:
        fault = self._active
        if fault is None:
            return
        if (fault.frames and sequence - self._since_sequence >= fault.frames) or (
            fault.seconds and at - self._since >= fault.seconds
        ):
            self._active = None

    def _strike(self, sequence: int, at: float) -> None:
        round_, place = divmod(sequence, self._every) if self._every else (0, sequence)
        if round_:
            self._struck = {mark for mark in self._struck if mark[0] == round_}
        for number, fault in enumerate(self._faults):
            if place >= fault.at and (round_, number) not in self._struck:
                self._struck.add((round_, number))
                self._active, self._since_sequence, self._since = fault, sequence, at
                return
