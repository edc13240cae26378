"""What holds a start back whose scores are there.

The label is muted, no single frame was sure enough of it, it has ended a short while ago, or the hour is quiet.
"""

import time
from collections.abc import Callable
from datetime import datetime

from edgeclassify.postprocess.interface import Rules
from edgeclassify.postprocess.scores.observation import Observation
from edgeclassify.postprocess.scores.unknown import Recognition
from edgeclassify.postprocess.timer import NS_PER_S
from edgeclassify.types import Block

LocalTime = Callable[[float], time.struct_time]
"""Seconds since the epoch → the local time of day, with its summer time, as time.localtime()."""


class Blocks:
    """When a view's labels may start again.

    A restart forgets cooldowns: of what ended before nothing is known.
    """

    def __init__(self, local_time: LocalTime) -> None:
        self._local_time = local_time
        self._ended_ns: dict[int, int] = {}
        self._recognition = Recognition()

    def note_frame(self, observation: Observation, rules: Rules) -> None:
        """A frame came, with its own scores: no filter over time has had it yet."""
        if rules.unknown_below > 0:
            self._recognition.note(observation)

    def forget_frames(self) -> None:
        """No frame until now is evidence any more."""
        self._recognition.forget()

    def note_end(self, index: int, at_ns: int) -> None:
        """A label has ended."""
        self._ended_ns[index] = at_ns

    def of_start(self, index: int, observation: Observation, rules: Rules) -> Block | None:
        """What keeps a label from starting with this observation; None: nothing."""
        if rules.of(index).muted:
            return Block.MUTED
        if rules.unknown_below > self._recognition.of(index):
            return Block.UNKNOWN
        if self._cools_down(index, observation.scene_ns, rules.of(index).cooldown_s):
            return Block.COOLDOWN
        return Block.QUIET_HOURS if self._is_quiet(observation.captured_at, rules) else None

    def shift(self, by_ns: int) -> None:
        """Another time line begins: how long ago something ended stays."""
        for index in self._ended_ns:
            self._ended_ns[index] += by_ns
        self._recognition.shift(by_ns)

    def _cools_down(self, index: int, now_ns: int, cooldown_s: float) -> bool:
        ended_ns = self._ended_ns.get(index)
        if ended_ns is None:
            return False
        # Time that runs back (files out of their order) prolongs it by no more than itself.
        self._ended_ns[index] = ended_ns = min(ended_ns, now_ns)
        return (now_ns - ended_ns) / NS_PER_S < cooldown_s

    def _is_quiet(self, at: float, rules: Rules) -> bool:
        if not rules.quiet_hours:
            return False
        if rules.time_zone is None:
            now = self._local_time(at)
            minute = now.tm_hour * 60 + now.tm_min
        else:
            from zoneinfo import ZoneInfo  # it takes as long to load as ten modules of ours

            there = datetime.fromtimestamp(at, ZoneInfo(rules.time_zone))
            minute = there.hour * 60 + there.minute
        return any(hours.covers(minute) for hours in rules.quiet_hours)
