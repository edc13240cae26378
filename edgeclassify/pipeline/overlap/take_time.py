"""When the next frame is taken while one is inferred: late, so that it is new, and early enough to be prepared."""

from edgeclassify.pipeline.turns import Turn
from edgeclassify.pipeline.view import View

_NEWEST = 0.2
"""What the newest figure counts for in a running mean."""
_PREPARATIONS = 2.0
_OF_INFERENCE = 0.05
_LEAST_S = 0.0005
"""So long before an inference is expected to end a frame is taken: twice what it takes to prepare one, a twentieth
of the inference, and what a thread needs to wake. Too late costs throughput, too early freshness."""


class TakeTime:
    """Expects what comes by what came. Used by the inference thread. Seconds."""

    def __init__(self) -> None:
        self._inference_s: dict[View, float] = {}
        self._prepare_s = self._examine_s = 0.0

    def examined(self, seconds: float) -> None:
        """A frame was examined before its views were shown it."""
        self._examine_s = _mean(self._examine_s, seconds)

    def inferred(self, turn: Turn) -> None:
        """It was prepared and inferred."""
        view = turn.view
        seconds = turn.ended_s - turn.begun_s
        self._inference_s[view] = _mean(self._inference_s.get(view, seconds), seconds)
        if turn.prepared is not None:
            self._prepare_s = _mean(self._prepare_s, turn.prepared.preprocess_ms / 1e3)

    def wait_s(self, turn: Turn, now_s: float) -> float:
        """How long to wait before the next frame is taken, while this turn is inferred or is about to be; 0 or
        less: it is time. `now_s`: perf_counter."""
        inference_s = self._inference_s.get(turn.view, 0.0)
        ahead_s = _PREPARATIONS * (self._prepare_s + self._examine_s) + _OF_INFERENCE * inference_s + _LEAST_S
        return (turn.begun_s or now_s) + inference_s - ahead_s - now_s


def _mean(before: float, value: float) -> float:
    return before + _NEWEST * (value - before)
