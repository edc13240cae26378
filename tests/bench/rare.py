"""What `rare` does for a label, and what it costs: score streams decided on with one label at a time being rare.

    python -m tests.bench.rare [FILE.npz]

By default streams/fixed_camera.npz of the test data: a camera that does not move, about two frames a second. Each
label that is to be seen in it is rare once, and the rest are as they are by default. `its own`: the scenes of the
rare label, added up over all labels; `false`: its starts where it is not to be seen, per hour; `others missed`,
`others repeated`: scenes of other labels that are not found, and that start once more. A stream in which no frame
gives the label a quarter is not decided on again: nothing starts there (`unknown_below`).
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgeclassify.config import Config
from edgeclassify.config.groups.view_labels import ViewLabels
from edgeclassify.config.loading import parse_config
from edgeclassify.config.rules import LabelRulesConfig
from edgeclassify.daemon.assembly.deciders import decider_of
from edgeclassify.daemon.assembly.views import rules_of
from edgeclassify.postprocess.interface import FilterKind, Rules
from edgeclassify.recording.replay.judgement import NOTHING_JUDGED, Judgement, Scene, Stay, judge
from edgeclassify.recording.replay.replaying import Replay
from edgeclassify.recording.replay.score_streams import ScoreStream, read_score_streams
from edgeclassify.recording.replay.tally import Tally
from tests.support.data import needed_test_data

LEAST_SCORE = 0.25
"""What a frame must give a label for it to start at all."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A stream's stays, and what was to be seen."""

    stays: Sequence[Stay]
    scenes: Sequence[Scene]
    lasted_s: float

    def of(self, label: str) -> Judgement:
        """The label's own scenes, and its starts wherever they are."""
        scenes = [
            scene if scene.label == label else Scene(None, scene.begin_s, scene.end_s) for scene in self.scenes
        ]
        return judge([stay for stay in self.stays if stay.label == label], scenes, self.lasted_s)

    def but(self, label: str) -> Judgement:
        """All others."""
        scenes = [
            scene if scene.label != label else Scene(None, scene.begin_s, scene.end_s) for scene in self.scenes
        ]
        return judge([stay for stay in self.stays if stay.label != label], scenes, self.lasted_s)


def live_config(kind: FilterKind) -> Config:
    """A live camera with one view, as it is by default with this filter."""
    document = {
        "camera": [{"name": "c", "source": "picamera:0"}],
        "view": [{"name": "v", "filter": str(kind)}],
    }
    return parse_config(document, "defaults", Path.cwd())


def rules_with_rare(kind: FilterKind, stream: ScoreStream, rare: int | None) -> Rules:
    """The defaults, with one label that is rare; None: none is."""
    config = live_config(kind)
    own = () if rare is None else ((rare, LabelRulesConfig(rare=True)),)
    members = tuple((i,) for i in range(len(stream.labels)))
    return rules_of(config, config.views()[0], ViewLabels(stream.labels, members, 0, own))


def decided(kind: FilterKind, stream: ScoreStream, rare: int | None) -> Decided:
    """What comes of a stream."""
    tally = Tally(lambda now: now.at)
    for one in Replay(decider_of).run(stream.records(rules_with_rare(kind, stream, rare))):
        tally.count(one)
    (view,) = tally.views.values()
    return Decided(view.stays, stream.scenes() or [], view.lasted_s)


def row(found: Sequence[tuple[Judgement, Judgement]]) -> str:
    """Own and others' judgements, added up; an hour is one of the recording, with one rare label."""
    own = sum((own for own, _ in found), NOTHING_JUDGED)
    others = sum((others for _, others in found), NOTHING_JUDGED)
    delay_s = own.mean_delay_s or 0.0
    return (
        f"{own.scenes - own.missed} of {own.scenes} | {delay_s:.2f} s | {own.false_per_hour:.3f} | "
        f"{others.missed / others.scenes:.2%} | {others.repeated_per_hour:.3f}"
    )


def main() -> None:
    """Both, side by side, for each filter."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else needed_test_data() / "streams" / "fixed_camera.npz"
    streams = read_score_streams(path)
    seen = sorted({int(index) for one in streams if one.truth is not None for index in set(one.truth.tolist())})
    seen = [index for index in seen if index >= 0]
    print(f"{path.name}: {len(streams)} streams, {len(seen)} labels, each rare once")
    print("| filter | its own scenes found | delay | false/h | others missed | others repeated/h |")
    for kind in FilterKind:
        plain = {one.number: decided(kind, one, None) for one in streams}
        usual, rare = [], []
        for done, index in enumerate(seen):
            print(f"\r{kind}: {done} of {len(seen)} labels", end="", file=sys.stderr, flush=True)
            for one in streams:
                label, before = one.labels[index], plain[one.number]
                shows_it = one.scores[:, index].max() >= LEAST_SCORE
                now = decided(kind, one, index) if shows_it else before
                usual.append((before.of(label), before.but(label)))
                rare.append((now.of(label), now.but(label)))
        print("\r\033[K", end="", file=sys.stderr)
        print(f"| {kind}, usual | {row(usual)} |", flush=True)
        print(f"| {kind}, rare | {row(rare)} |", flush=True)


if __name__ == "__main__":
    main()
