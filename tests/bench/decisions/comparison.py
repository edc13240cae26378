"""All deciders on the same streams, as one table."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from edgeclassify.cli.support.recorded.recordings import default_config
from edgeclassify.daemon.assembly.views import rules_of
from edgeclassify.postprocess.interface import FilterKind, Rules
from edgeclassify.recording.replay.judgement import NOTHING_JUDGED, Judgement, judge
from edgeclassify.recording.replay.score_streams import ScoreStream
from tests.bench.decisions.deciders import (
    BestOfFrame,
    ComparedDecider,
    InARow,
    Ours,
    PlainForwardFilter,
    TwoThresholds,
)


def default_rules() -> Rules:
    """What a live camera's view decides by where its config says nothing."""
    config = default_config()
    return rules_of(config, config.views()[0])


def rules_by(filter_kind: FilterKind, **changes: float) -> Rules:
    """The default rules with another filter, and with what is changed of them or of the filter."""
    usual = default_rules()
    of_filter = {key: changes.pop(key) for key in ("memory_s", "smoothing_s") if key in changes}
    made = replace(usual, filter=replace(usual.filter, kind=filter_kind, **of_filter))
    return replace(made, **changes)  # type: ignore[arg-type]


FOR_SCORES = {"threshold_enter": 0.6, "threshold_exit": 0.4, "confirm_s": 1.0}
"""Thresholds for scores of single frames, and of their mean."""


def compared() -> Mapping[str, ComparedDecider]:
    """The deciders of the table, by their names in it."""
    return {
        "best label of each frame": BestOfFrame(),
        "three in a row at 0.5": InARow(0.5),
        "three in a row at 0.8": InARow(0.8),
        "two thresholds, 1 s": TwoThresholds(),
        "plain forward filter": PlainForwardFilter(),
        "no filter": Ours(rules_by(FilterKind.NONE, **FOR_SCORES)),
        "exponential filter": Ours(rules_by(FilterKind.EXPONENTIAL, **FOR_SCORES)),
        "Bayesian filter": Ours(rules_by(FilterKind.BAYES)),
        "edgeclassify's defaults": Ours(default_rules()),
    }


def lasted_s(stream: ScoreStream) -> float:
    """From its first frame to its last."""
    return float(stream.times_s[-1] - stream.times_s[0]) if len(stream.times_s) else 0.0


def judged(decider: ComparedDecider, streams: Sequence[ScoreStream]) -> Judgement:
    """How well it did on all of them; streams without truth are left out."""
    total = NOTHING_JUDGED
    for stream in streams:
        scenes = stream.scenes()
        if scenes is not None:
            total += judge(decider.stays(stream), scenes, lasted_s(stream))
    return total


def unlike_their_truth(streams: Sequence[ScoreStream]) -> tuple[int, int]:
    """How many scenes are told wrongly by all their frames together, and how many there are.

    The label with the best mean score, where a scene's true begin and end are known, as no filter knows them: it
    says how much there is in the scores.
    """
    wrong = count = 0
    for stream in streams:
        for scene in stream.scenes() or ():
            frames = (stream.times_s >= scene.begin_s) & (stream.times_s < scene.end_s)
            best = stream.labels[int(stream.scores[frames].mean(axis=0).argmax())]
            wrong, count = wrong + (best != scene.label), count + 1
    return wrong, count


HEAD = f"{'decider':28}{'extra/h':>9}{'delay':>9}{'missed':>12}{'false/h':>10}{'repeated/h':>12}"


def row(name: str, judgement: Judgement) -> str:
    """A line of the table, under HEAD."""
    delay = judgement.mean_delay_s
    return (
        f"{name:28}{judgement.extra_per_hour:>9,.1f}{'-' if delay is None else f'{delay:.1f} s':>9}"
        f"{judgement.missed:>5} of {judgement.scenes:<4}{judgement.false_per_hour:>9,.1f}"
        f"{judgement.repeated_per_hour:>12,.1f}"
    )


def print_table(title: str, streams: Sequence[ScoreStream]) -> dict[str, Judgement]:
    """Print the table, row by row as they come, and return it."""
    hours = sum(map(lasted_s, streams)) / 3600
    frames = sum(len(stream.times_s) for stream in streams)
    print(f"\n{title}: {len(streams)} streams, {frames:,} frames, {hours:.2f} h\n{HEAD}")
    found = {}
    for name, decider in compared().items():
        found[name] = judged(decider, streams)
        print(row(name, found[name]), flush=True)
    wrong, count = unlike_their_truth(streams)
    print(f"{'(all frames of a scene)':46}{wrong:>5} of {count}")
    return found
