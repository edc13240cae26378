"""What the pipeline knows of decisions: rules, and a decider that turns predictions into states and events."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import field, replace
from enum import StrEnum

from edgeclassify.errors import ConfigError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.postprocess.pace import Pace
from edgeclassify.types import (
    PLAIN_SURROUNDINGS,
    Event,
    Moment,
    OpenOccurrence,
    Prediction,
    Reason,
    Surroundings,
    ViewState,
)

EXIT_OF_ENTER = 2 / 3
"""What a threshold_exit is of its threshold_enter, where nothing is said of it."""


class FilterKind(StrEnum):
    """What is made of scores over time before they are compared with thresholds."""

    NONE = "none"
    EXPONENTIAL = "exponential"
    BAYES = "bayes"


@dataclass(frozen=True, slots=True)
class FilterRules:
    """`memory_s`: for so long (mean) a frame counts (Bayes); `smoothing_s`: time constant (exponential)."""

    kind: FilterKind = FilterKind.NONE
    memory_s: float = 1.5
    smoothing_s: float = 2.0


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A span of the local day in minutes since midnight; from > until: over midnight."""

    from_min: int
    until_min: int

    def covers(self, minute: int) -> bool:
        """True where that minute of the day lies in it."""
        if self.from_min <= self.until_min:
            return self.from_min <= minute < self.until_min
        return minute >= self.from_min or minute < self.until_min


@dataclass(frozen=True, slots=True)
class OwnRules:
    """What differs from a view's rules for one label; None: nothing does. As of `Rules`.

    `rare`: it starts by a single frame. `muted`: it does not start. `lasting`: seconds, ascending, after which it
    is told that it is still there.
    """

    threshold_enter: float | None = None
    threshold_exit: float | None = None
    confirm_s: float | None = None
    expire_s: float | None = None
    hold_s: float | None = None
    cooldown_s: float | None = None
    rare: bool | None = None
    muted: bool | None = None
    lasting: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelRules:
    """What holds for one label, every default filled in. As of `Rules`."""

    threshold_enter: float
    exit_score: float
    confirm_s: float
    expire_s: float
    hold_s: float
    cooldown_s: float
    rare: bool = False
    muted: bool = False
    lasting: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """The figures that a view's decisions go by. Raises ConfigError where they contradict each other.

    `threshold_enter`, `threshold_exit`: scores, 0-1; an exit of None follows the other one. `update_step`: so much
    higher a score is told anew; 0: never. `top`: how many labels a state lists.
    `expire_s`: seconds below the exit before a label ends; None: confirm_s. `hold_s`: how long a label stays at
    least; `cooldown_s`: how long it does not start again. `quiet_hours`: when nothing starts, by `time_zone`
    (None: the machine's). `resumes`: what was there before a gap goes on behind it; else it ends.
    `holds_on_problem`: nothing starts or ends on frames that can't be trusted. `unknown_below`: what has not had
    this score in a single frame of late does not start. `own`: what differs for single labels, by their index in
    the view.
    """

    threshold_enter: float
    threshold_exit: float | None
    confirm_s: float
    update_step: float
    top: int
    pace: Pace
    expire_s: float | None = None
    hold_s: float = 0.0
    cooldown_s: float = 0.0
    quiet_hours: tuple[QuietHours, ...] = ()
    time_zone: str | None = None
    resumes: bool = True
    holds_on_problem: bool = False
    filter: FilterRules = FilterRules()
    unknown_below: float = 0.0
    own: Mapping[int, OwnRules] = field(default_factory=dict, hash=False)
    _usual: LabelRules = field(init=False, repr=False, compare=False)
    _of_label: Mapping[int, LabelRules] = field(init=False, repr=False, compare=False)
    _lowest_enter: float = field(init=False, repr=False, compare=False)
    _rare: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        lowest = self.threshold_exit
        if lowest is not None and self.threshold_enter < lowest:
            raise ConfigError(
                f"expected a threshold of at least threshold_exit ({lowest:g}), found {self.threshold_enter:g}"
            )
        object.__setattr__(self, "_usual", self._with(OwnRules()))
        object.__setattr__(self, "_of_label", {index: self._with(own) for index, own in self.own.items()})
        lowest_enter = min([self.threshold_enter, *(own.threshold_enter for own in self._of_label.values())])
        object.__setattr__(self, "_lowest_enter", lowest_enter)
        object.__setattr__(self, "_rare", tuple(sorted(index for index, own in self.own.items() if own.rare)))

    @property
    def exit_score(self) -> float:
        """threshold_exit, or its default."""
        return self._usual.exit_score

    def of(self, index: int) -> LabelRules:
        """What holds for a label, by its index in the view."""
        return self._of_label.get(index, self._usual)

    @property
    def lowest_enter(self) -> float:
        """The lowest score with which some label enters."""
        return self._lowest_enter

    @property
    def rare(self) -> tuple[int, ...]:
        """The labels that start by a single frame, by their index in the view."""
        return self._rare

    def _with(self, own: OwnRules) -> LabelRules:
        """What holds for a label that has rules of its own. An exit follows the enter beside it."""
        enter = _first(own.threshold_enter, self.threshold_enter)
        leave = _first(own.threshold_exit, _first(self.threshold_exit, enter * EXIT_OF_ENTER))
        if enter < leave:
            raise ConfigError(
                f"expected a threshold of at least the threshold_exit of a label's own rules ({leave:g}), "
                f"found {enter:g}"
            )
        confirm_s = _first(own.confirm_s, self.confirm_s)
        return LabelRules(
            threshold_enter=enter,
            exit_score=leave,
            confirm_s=0.0 if own.rare else confirm_s,
            expire_s=_first(own.expire_s, _first(self.expire_s, confirm_s)),
            hold_s=_first(own.hold_s, self.hold_s),
            cooldown_s=_first(own.cooldown_s, self.cooldown_s),
            rare=bool(own.rare),
            muted=bool(own.muted),
            lasting=own.lasting,
        )

    def with_threshold(self, score: float) -> "Rules":
        """The same with another score at which a label enters."""
        return replace(self, threshold_enter=score)

    def with_interval(self, interval_s: float) -> "Rules":
        """The same with so much time between two frames."""
        return replace(self, pace=replace(self.pace, interval_s=interval_s))

    def with_least(self, least_s: float) -> "Rules":
        """The same with frames no closer together than this, whatever the interval."""
        return replace(self, pace=replace(self.pace, least_s=least_s))


def _first(own: float | None, usual: float) -> float:
    return usual if own is None else own


@dataclass(frozen=True, slots=True)
class Step:
    """What came of it: the events, in order, and the state now; None: there is nothing to be said of it yet."""

    state: ViewState | None
    events: tuple[Event, ...] = ()


class Decider(ABC):
    """One view's rules and state: predictions, gaps and time in, steps out. Not thread-safe: its view has a lock.

    Events have no number (`seq` 0) yet, and states none: an event gets it where it is kept.
    """

    @property
    @abstractmethod
    def rules(self) -> Rules:
        """What it goes by now."""

    @abstractmethod
    def adopt(self, rules: Rules) -> None:
        """Go by these from the next prediction on; what is in the view stays.

        Raises ConfigError, and goes on by the ones before, where these can't hold for its labels.
        """

    @abstractmethod
    def renew(self) -> None:
        """Scores come from another head from now on: those of before count no more. What is in the view stays."""

    @abstractmethod
    def see(self, prediction: Prediction, surroundings: Surroundings = PLAIN_SURROUNDINGS) -> Step:
        """Take one prediction into account."""

    @abstractmethod
    def still(self, now: Moment, surroundings: Surroundings = PLAIN_SURROUNDINGS) -> Step:
        """A frame came in which nothing has moved, and was not classified: what is in the view stays, and nothing
        is confirmed. `now`: when it was to be seen, on the time line that the predictions of its source have.
        """

    @abstractmethod
    def pass_time(self, now: Moment) -> Step:
        """No frame came until now. What has not been seen for too long ends; a view without frames is unknown."""

    @abstractmethod
    def gap(self, now: Moment, reason: Reason) -> Step:
        """From now on frames prove nothing of before (the camera is lost): a gap, until the next prediction."""

    @abstractmethod
    def end(self, now: Moment, reason: Reason) -> Step:
        """Watching ends, or pauses: what is in the view ends; nothing is known of it until the next prediction.

        A pause is said in any case, an end only where there is a state to take back.
        """

    @abstractmethod
    def look(self, prediction: Prediction) -> ViewState:
        """What a prediction shows, without taking it into account."""

    @property
    @abstractmethod
    def told(self) -> ViewState | None:
        """The state that was given out last; None: none yet."""

    @abstractmethod
    def open(self, now: Moment) -> OpenOccurrence | None:
        """What is in the view, to be kept over a restart; None: nothing."""

    @abstractmethod
    def resume(self, kept: OpenOccurrence, now: Moment) -> bool:
        """At the start: this was in the view before the restart. False where the model has no such label."""
