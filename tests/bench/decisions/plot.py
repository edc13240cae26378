"""Extra starts against delay, as one picture: each decider a curve over one of its figures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edgeclassify.pictures.chart import Axis, Chart, Series, svg
from edgeclassify.postprocess.interface import FilterKind
from edgeclassify.recording.replay.judgement import Judgement
from edgeclassify.recording.replay.score_streams import ScoreStream
from tests.bench.decisions.comparison import OLD_DEFAULTS, default_rules, judged, rules_by
from tests.bench.decisions.deciders import ComparedDecider, InARow, Ours, PlainForwardFilter


@dataclass(frozen=True, slots=True)
class Curve:
    """A decider for each value of one of its figures. `unit`: what is written behind a value."""

    name: str
    values: Sequence[float]
    decider: Callable[[float], ComparedDecider]
    unit: str = ""


def _without_filter(confirm_s: float) -> ComparedDecider:
    return Ours(rules_by(FilterKind.NONE, **(OLD_DEFAULTS | {"confirm_s": confirm_s})))


def _exponential(smoothing_s: float) -> ComparedDecider:
    return Ours(rules_by(FilterKind.EXPONENTIAL, **(OLD_DEFAULTS | {"smoothing_s": smoothing_s})))


def _bayes(memory_s: float) -> ComparedDecider:
    return Ours(rules_by(FilterKind.BAYES, memory_s=memory_s))


CURVES = (
    Curve("three in a row, at a score", (0.3, 0.4, 0.5, 0.65, 0.8), lambda at: InARow(at)),
    Curve("no filter, confirmed for", (0.5, 1.0, 2.0, 4.0), _without_filter, " s"),
    Curve("exponential, time constant", (0.5, 1.0, 2.0, 4.0, 8.0), _exponential, " s"),
    Curve("plain forward filter, shown at", (0.8, 0.95, 0.99, 0.999), lambda at: PlainForwardFilter(enter=at)),
    Curve("Bayesian, memory", (0.25, 0.5, 1.0, 2.0, 4.0), _bayes, " s"),
)


def picture(title: str, streams: Sequence[ScoreStream]) -> str:
    """The SVG. A larger mark stands for more scenes that were missed."""
    series = [_series(curve, streams) for curve in CURVES]
    own = judged(Ours(default_rules()), streams)
    series.append(
        Series("the defaults", [_point(own)], is_line=False, radii=[_radius(own)], notes=[f"{own.missed} missed"])
    )
    return svg(
        Chart(
            f"{title} (the larger a mark, the more scenes were missed)",
            Axis("mean delay of the scenes that were found, s", lowest=0.0),
            Axis("extra starts per hour", lowest=0.0, linear_to=1.0),
            series,
            width=980,
            height=520,
        )
    )


def _series(curve: Curve, streams: Sequence[ScoreStream]) -> Series:
    found = [judged(curve.decider(value), streams) for value in curve.values]
    return Series(
        curve.name,
        [_point(one) for one in found],
        radii=[_radius(one) for one in found],
        notes=[f"{value:g}{curve.unit}" for value in curve.values],
    )


def _point(judgement: Judgement) -> tuple[float, float]:
    delay = judgement.mean_delay_s
    return (float("nan") if delay is None else delay), judgement.extra_per_hour


def _radius(judgement: Judgement) -> float:
    return 3.0 + 9.0 * judgement.missed / max(1, judgement.scenes)
