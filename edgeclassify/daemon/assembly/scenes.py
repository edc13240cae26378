"""Who examines each camera's frames before its views look: what these want to know decides."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from edgeclassify.config import Config, ViewConfig
from edgeclassify.daemon.assembly.parts import PlannedChecks
from edgeclassify.pipeline.view import View
from edgeclassify.postprocess.interface import FilterKind, FilterRules, Rules
from edgeclassify.scene.interface import SceneStep

if TYPE_CHECKING:  # what examines is imported where something is examined
    from edgeclassify.scene.examiner import ExaminedView
    from edgeclassify.scene.gate import GateRules

FRAMES_MORE = 2
"""Intervals for which a gate stays open beyond what a decision takes in time."""
LEAST_S = 1.0
"""So long a decision is given at least: what moves in a camera's first frames would pass for noise."""
BAYES_SETTLES_S = 5.0
"""Seconds in which the filter over time has made up its mind of most of what is new."""
SMOOTHING_SETTLES = 2.0
"""Time constants after which exponential smoothing has."""


def scenes_of(
    config: Config,
    views: Sequence[View],
    planned: Sequence[PlannedChecks],
    of_profiles: Mapping[str, Sequence[Rules]] = {},
) -> Mapping[str, SceneStep]:
    """By the name of the camera. Nobody examines one that is not checked and whose views want to know nothing.

    `of_profiles`: the other rules that a view may have while it runs, by its name.
    """
    checks = {one.camera: one.checks for one in planned}
    examined: dict[str, list[ExaminedView]] = {camera: [] for camera in checks}
    for section, view in zip(config.views(), views, strict=True):
        if section.motion.gate or section.look == "motion":
            examined.setdefault(view.camera, []).append(_examined(section, view, of_profiles.get(view.name, ())))
    if not examined:
        return {}
    from edgeclassify.scene.examiner import SceneExaminer

    return {camera: SceneExaminer(wanting, checks.get(camera)) for camera, wanting in examined.items()}


def _examined(section: ViewConfig, view: View, others: Sequence[Rules]) -> "ExaminedView":
    from edgeclassify.scene.examiner import ExaminedView

    gate = gate_of(section, (view.rules, *others))
    return ExaminedView(view.name, view.region, gate, section.look == "motion")


def gate_of(section: ViewConfig, rules: Sequence[Rules]) -> "GateRules | None":
    """When a view with such a section passes frames over; None: never. It may have each of these rules."""
    if not section.motion.gate:
        return None
    from edgeclassify.scene.gate import GateRules

    return GateRules(max(map(decision_s, rules)), section.motion.max_interval_s)


def decision_s(rules: Rules) -> float:
    """Seconds that a decision takes from the frame that gives rise to it: the filter, then the confirmation."""
    labels = [rules.of(index) for index in (-1, *rules.own)]
    confirmed_s = max(max(label.confirm_s, label.expire_s) for label in labels)
    return max(LEAST_S, _settles_s(rules.filter) + confirmed_s + FRAMES_MORE * rules.pace.interval_s)


def _settles_s(over_time: FilterRules) -> float:
    if over_time.kind is FilterKind.BAYES:
        return BAYES_SETTLES_S
    return SMOOTHING_SETTLES * over_time.smoothing_s if over_time.kind is FilterKind.EXPONENTIAL else 0.0
