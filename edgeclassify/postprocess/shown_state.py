"""What a view shows: the state that follows from what is in it, as far as anybody can tell by now."""

from collections.abc import Sequence
from dataclasses import replace

from edgeclassify.postprocess.interface import Rules
from edgeclassify.postprocess.scores.observation import Observation
from edgeclassify.postprocess.telling import Occurrence
from edgeclassify.postprocess.timer import NS_PER_S, Timer
from edgeclassify.types import UNKNOWN, Candidate, Moment, Problem, Ranking, ViewState


class ShownState:
    """The states of one view. States have no number (`seq` 0) yet.

    Of a view that has just begun, or begins again after a gap, nothing is known: a label must enter, go on, or
    `confirm_s` must pass without any.
    """

    def __init__(self, view: str, labels: Sequence[str], model: str) -> None:
        self._view, self._labels, self._model = view, labels, model
        self._watching = Timer()
        self._since = 0.0
        self.known = False
        """True while it is known what is there, if only that nothing is."""
        self.told: ViewState | None = None
        """The state that was given out last."""

    def begin(self, at: float) -> None:
        """Watching has begun by then: so long nothing is known, if no label was there before."""
        self._since = self._since or at

    def nothing_since(self, at: float) -> None:
        """No label is there from then on, or nobody knows which."""
        self._since = at

    def forget(self) -> None:
        """Nothing is known any more."""
        self._watching, self.known = Timer(), False

    def begin_anew(self) -> None:
        """What is being found out must last for the whole time from now on; what is known stays."""
        self._watching = Timer()

    def conclude(self, observation: Observation, occurrence: Occurrence | None, seen: bool, rules: Rules) -> None:
        """Note what is known by now. `seen`: the label that is there has been seen since the last gap."""
        watched_ns = self._watching.held_ns(0, observation.scene_ns)
        if occurrence is not None:
            self.known = self.known or seen
        elif watched_ns is not None and watched_ns >= rules.confirm_s * NS_PER_S:
            self.known = True

    def unknown(self, at: float, problems: tuple[Problem, ...] = ()) -> ViewState:
        """Nobody can tell what is there."""
        return ViewState(
            self._view, UNKNOWN, 0.0, self._since, at, 0, None, (), self._model, known=False, problems=problems
        )

    def again(
        self,
        now: Moment,
        problems: tuple[Problem, ...],
        candidate: Candidate | None,
        occurrence: Occurrence | None,
    ) -> ViewState | None:
        """What was told last, now, where that is known. No frame was looked at."""
        if self.told is None or not self.known:
            return None
        lasted_s = _lasted_s(occurrence, now.ns)
        return replace(
            self.told, ts=now.at, raw_score=None, problems=problems, candidate=candidate, duration_s=lasted_s
        )

    def state(
        self,
        observation: Observation,
        occurrence: Occurrence | None,
        rules: Rules,
        problems: tuple[Problem, ...] = (),
        candidate: Candidate | None = None,
    ) -> ViewState:
        """What is there, with the scores of an observation."""
        scores = observation.scores
        # While unknown, the score says how close the best label is to entering.
        index = int(scores.argmax()) if occurrence is None else occurrence.index
        return ViewState(
            view=self._view,
            label=UNKNOWN if occurrence is None else self._labels[index],
            score=float(scores[index]),
            since=self._since if occurrence is None else occurrence.started_at,
            ts=observation.captured_at,
            seq=0,
            event_id=None if occurrence is None else occurrence.id,
            top=Ranking(scores, self._labels, rules.top),
            model=self._model,
            origin=observation.origin,
            known=self.known,
            raw_score=observation.raw_score(index),
            problems=problems,
            candidate=candidate,
            duration_s=_lasted_s(occurrence, observation.scene_ns),
        )


def _lasted_s(occurrence: Occurrence | None, now_ns: int) -> float | None:
    return None if occurrence is None else round(occurrence.lasted_s(now_ns), 3)
