"""Two pictures of a comparison: extra starts against delay, and wrong starts against scenes that were missed.

Each decider is a curve over one of its figures: how it trades one fault for the other.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from edgeclassify.pictures.chart import Axis, Chart, Series, svg
from edgeclassify.postprocess.interface import FilterKind
from edgeclassify.recording.replay.judgement import Judgement
from edgeclassify.recording.replay.score_streams import ScoreStream
from tests.bench.decisions.comparison import FOR_SCORES, default_rules, judged, rules_by
from tests.bench.decisions.deciders import ComparedDecider, InARow, Ours, PlainForwardFilter


@dataclass(frozen=True, slots=True)
class Curve:
    """A decider for each value of one of its figures. `unit`: what is written behind a value."""

    name: str
    values: Sequence[float]
    decider: Callable[[float], ComparedDecider]
    unit: str = ""


def _without_filter(confirm_s: float) -> ComparedDecider:
    return Ours(rules_by(FilterKind.NONE, **(FOR_SCORES | {"confirm_s": confirm_s})))


def _exponential(smoothing_s: float) -> ComparedDecider:
    return Ours(rules_by(FilterKind.EXPONENTIAL, **(FOR_SCORES | {"smoothing_s": smoothing_s})))


def _bayes(memory_s: float) -> ComparedDecider:
    return Ours(rules_by(FilterKind.BAYES, memory_s=memory_s))


CURVES = (
    Curve("three in a row, at a score", (0.3, 0.4, 0.5, 0.65, 0.8), InARow),
    Curve("no filter, confirmed for", (0.5, 1.0, 2.0, 4.0), _without_filter, " s"),
    Curve("exponential, time constant", (0.5, 1.0, 2.0, 4.0), _exponential, " s"),
    Curve("plain forward filter, shown at", (0.8, 0.95, 0.99, 0.999), lambda at: PlainForwardFilter(enter=at)),
    Curve("Bayesian, memory", (0.25, 0.5, 1.0, 2.0, 4.0), _bayes, " s"),
)

Point = Callable[[Judgement], tuple[float, float]]


def pictures(title: str, streams: Sequence[ScoreStream]) -> Mapping[str, str]:
    """Name → SVG: `decisions`, and `decisions-missed`. In the first a larger mark means more missed scenes."""
    found = {curve: [judged(curve.decider(value), streams) for value in curve.values] for curve in CURVES}
    own = judged(Ours(default_rules()), streams)
    delay = Axis("mean delay of the scenes that were found, s", lowest=0.0)
    extra = Axis("extra starts per hour", lowest=0.0, linear_to=1.0)
    missed = Axis("scenes that were missed, %", lowest=0.0)
    wrong = Axis("false and repeated starts per hour", lowest=0.0, linear_to=1.0)
    return {
        "decisions": _svg(
            f"{title}: extra starts against delay", delay, extra, _series(found, own, _delay, _radius)
        ),
        "decisions-missed": _svg(
            f"{title}: wrong starts against missed scenes",
            missed,
            wrong,
            _series(found, own, _missed, lambda _: 4.0),
        ),
    }


def _svg(title: str, x: Axis, y: Axis, series: Sequence[Series]) -> str:
    return svg(Chart(title, x, y, series, width=980, height=500))


def _series(
    found: Mapping[Curve, Sequence[Judgement]], own: Judgement, point: Point, radius: Callable[[Judgement], float]
) -> list[Series]:
    series = [
        Series(
            curve.name,
            [point(one) for one in judgements],
            radii=[radius(one) for one in judgements],
            notes=[f"{value:g}{curve.unit}" for value in curve.values],
        )
        for curve, judgements in found.items()
    ]
    return [
        *series,
        Series("the defaults", [point(own)], is_line=False, radii=[radius(own) + 3], notes=["defaults"]),
    ]


def _delay(judgement: Judgement) -> tuple[float, float]:
    delay = judgement.mean_delay_s
    return (float("nan") if delay is None else delay), judgement.extra_per_hour


def _missed(judgement: Judgement) -> tuple[float, float]:
    share = 100 * judgement.missed / max(1, judgement.scenes)
    return share, judgement.false_per_hour + judgement.repeated_per_hour


def _radius(judgement: Judgement) -> float:
    return 3.0 + 12.0 * judgement.missed / max(1, judgement.scenes)
