"""The keys of a [[view]] by which it decides: groups, filter over time, thresholds, times, and motion."""

import re
from itertools import pairwise
from typing import Annotated, Literal

from edgeclassify.config.base import PositiveSeconds, Score, Seconds, Section, Text, about
from edgeclassify.late_model import AfterValidator, BeforeValidator, Field, field_validator

_Texts = Annotated[tuple[Text, ...], Field(strict=False)]
Groups = dict[Text, Text | _Texts]
"""Name of a group → patterns of the model's labels; and the key `preset` → name of bundled groups."""

ENTER_BY_SCORE = 0.6
"""The usual threshold_enter where it is compared with the scores themselves, or a mean of them."""
ENTER_BY_BELIEF = 0.97
"""The usual threshold_enter with filter bayes."""

MOST_MARKS = 20
"""Times of one label after which it is told that it is still there."""

FilterName = Literal["bayes", "exponential", "none"]

_QUIET = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")


def _listed(value: object) -> object:
    """Raises ValueError where it is no list, or a long one."""
    if not isinstance(value, list | tuple):
        raise ValueError("a list of seconds, as in [600, 3600]")
    if len(value) > MOST_MARKS:
        raise ValueError(f"a list of at most {MOST_MARKS} times")
    return value


def _ascending(seconds: tuple[float, ...]) -> tuple[float, ...]:
    """Raises ValueError where they are not in order, or one stands there twice."""
    if any(later <= earlier for earlier, later in pairwise(seconds)):
        raise ValueError("seconds in ascending order, each once")
    return seconds


Marks = Annotated[
    tuple[PositiveSeconds, ...], Field(strict=False), BeforeValidator(_listed), AfterValidator(_ascending)
]


class LabelRulesConfig(Section):
    """[view.label_rules]: what differs for one label."""

    threshold_enter: Score | None = about(None, "A label enters when its score is at least this for confirm_s.")
    threshold_exit: Score | None = about(None, "A label leaves when its score is below this for expire_s.")
    confirm_s: Seconds | None = about(None, "Seconds that its start must last before it counts.")
    expire_s: Seconds | None = about(None, "Seconds that it must be below threshold_exit before it ends.")
    hold_s: Seconds | None = about(None, "Seconds that it stays once it has started, whatever comes.")
    cooldown_s: Seconds | None = about(None, "Seconds after its end in which it does not start again.")
    rare: bool | None = about(
        None,
        "true: it starts at once, by the score of a single frame, without a confirmation time; with filter bayes "
        "its threshold_enter is a score then, by default 0.6.",
    )
    muted: bool | None = about(None, "true: it does not start; where it is there already it ends as ever.")


class MotionConfig(Section):
    """[view.motion]: classify only what has changed."""

    gate: bool = about(False, "Classify a frame only where something has moved in the view's region.")
    max_interval_s: PositiveSeconds = about(20.0, "With gate: classify one after so many seconds in any case.")


class RulesConfig(Section):
    """By what a view decides."""

    threshold_enter: Score = about(
        ENTER_BY_BELIEF,
        "A label enters when its score is at least this for confirm_s; default without filter bayes: 0.6.",
    )
    threshold_exit: Score | None = about(
        None,
        "A label leaves when its score is below this for expire_s; default: two thirds of threshold_enter.",
    )
    unknown_below: Score = about(
        0.25,
        "A label that no frame of the last seconds has given this score by itself does not start, however long it "
        "is the best: it is unknown. 0: it may.",
    )
    confirm_s: Seconds | None = about(
        None,
        "Seconds that a change must last before it counts; default: 0.0 with filter bayes, which confirms by "
        "itself, and for a watched folder, where each picture counts; else 1.0.",
    )
    expire_s: Seconds | None = about(
        None,
        "Seconds that a label must be below threshold_exit before it ends; default: 3.0 with filter bayes, else "
        "confirm_s.",
    )
    hold_s: Seconds = about(0.0, "Seconds that a label stays once it has started: no event is shorter.")
    cooldown_s: Seconds = about(0.0, "Seconds after a label's end in which the same label does not start again.")
    quiet_hours: _Texts = about((), "Local times in which nothing starts, as in 22:00-06:00.")
    across_gap: Literal["resume", "end"] = about(
        "resume",
        "What was in the view before a gap (its camera was lost): resume: it goes on where it is seen again "
        "within node.resume_s; end: it ends with the gap.",
    )
    update_step: Score = about(
        0.1, "An update event when the label's best score has risen by this; 0: no updates."
    )
    filter: FilterName | None = about(
        None,
        "What is made of the scores over time before the thresholds: bayes: how likely each label is, given all "
        "frames; exponential: a mean in which older frames count less; none: each frame counts by itself. "
        "Default: bayes, and none where single pictures count (a watched folder, images that are not in a loop).",
    )
    memory_s: PositiveSeconds = about(1.5, "With filter bayes: for so long (mean) a frame counts.")
    smoothing_s: PositiveSeconds = about(2.0, "With filter exponential: its time constant.")
    groups: Groups = Field(
        default_factory=dict,
        description="What differs from [groups] for this view: name of a group and the labels that are in it.",
    )
    allow: _Texts = about((), "Groups and labels that may be shown, with wildcards; none: all of them.")
    deny: _Texts = about((), "Groups and labels that are never shown, with wildcards.")
    label_rules: dict[Text, LabelRulesConfig] = Field(
        default_factory=dict, description="Thresholds and times of single labels or groups."
    )
    lasting: dict[Text, Marks] = Field(
        default_factory=dict,
        description="Seconds after which it is told that a label or group is still there, in ascending order.",
    )
    on_problem: Literal["mark", "hold"] = about(
        "mark",
        "While the camera's frames can't be trusted (covered, moved, out of focus, dark): mark: events and states "
        "say so; hold: nothing starts or ends either.",
    )
    look: Literal["roi", "motion"] = about(
        "roi", "What is classified: the whole roi, or a square around what moves in it."
    )
    motion: MotionConfig = Field(
        default_factory=MotionConfig, description="Classify only frames in which something has moved."
    )

    @field_validator("quiet_hours")
    @classmethod
    def _times(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return check_quiet_hours(value)

    @property
    def quiet_minutes(self) -> tuple[tuple[int, int], ...]:
        """quiet_hours as minutes of the local day, from and until; from > until: over midnight."""
        return tuple(_minutes(text) for text in self.quiet_hours)

    @property
    def confirmation_s(self) -> float:
        """confirm_s, or its default where frames follow each other."""
        return 1.0 if self.confirm_s is None else self.confirm_s


def default_filter(is_single: bool) -> FilterName:
    """The filter of a view that names none. `is_single`: its camera shows single pictures."""
    return "none" if is_single else "bayes"


def check_quiet_hours(value: tuple[str, ...]) -> tuple[str, ...]:
    """The value, where it is made of spans of a day. Raises ValueError."""
    for text in value:
        _minutes(text)
    return value


def _minutes(text: str) -> tuple[int, int]:
    """Raises ValueError where it is no span of a day."""
    match = _QUIET.fullmatch(text.replace(" ", ""))
    begin, end = (0, 0) if match is None else _of(match)
    if begin == end:
        raise ValueError('spans of a day such as "22:00-06:00"')
    return begin, end


def _of(match: re.Match[str]) -> tuple[int, int]:
    hours = [int(part) for part in match.groups()]
    return hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
