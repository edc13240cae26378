"""The sets of streams that are compared: the given ones, where they are, and such as are made on the spot."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from edgeclassify.recording.replay.score_streams import ScoreStream, read_score_streams
from tests.bench.decisions.making_many import make_streams
from tests.bench.decisions.stream_maker import Making
from tests.bench.decisions.streams import save_streams
from tests.support.data import find_test_data
from tests.support.photos import TF2_V2, V1_SMALL, V2


@dataclass(frozen=True, slots=True)
class MadeSet:
    """Streams to be made. `streams`: how many, of each 16 that are asked for."""

    title: str
    making: Making
    streams: int


MADE: Mapping[str, MadeSet] = {
    "mobilenet_v2": MadeSet("made, tf2_mobilenet_v2", Making(TF2_V2, 101), 16),
    "mobilenet_v2_cut": MadeSet(
        "made, tf2_mobilenet_v2, photos cut", Making(TF2_V2, 202, has_other_cuts=True), 16
    ),
    "mobilenet_v2_quant": MadeSet("made, mobilenet_v2, photos cut", Making(V2, 303, has_other_cuts=True), 8),
    "mobilenet_v1": MadeSet(
        "made, mobilenet_v1 0.25 128, photos cut", Making(V1_SMALL, 304, has_other_cuts=True), 8
    ),
    "builtin": MadeSet("made, built-in model, photos cut", Making("builtin", 305, has_other_cuts=True), 8),
    "slow": MadeSet(
        "made, a frame in 5 s, scenes of 250-450 s",
        Making(TF2_V2, 306, interval_s=5.0, scene_s=(250.0, 450.0), has_other_cuts=True),
        8,
    ),
    "fast": MadeSet("made, 10 frames a second", Making(TF2_V2, 307, interval_s=0.1, has_other_cuts=True), 4),
    "ordinary": MadeSet(
        "made, 15 minutes of one scene each, little wrong with it",
        Making(TF2_V2, 308, severities=(0.4,), scenes=1, scene_s=(900.0, 900.0), has_other_cuts=True),
        4,
    ),
}


def given_streams() -> list[ScoreStream] | None:
    """Those of the test data; None where there are none."""
    folder = find_test_data()
    path = None if folder is None else folder / "streams" / "fixed_camera.npz"
    return None if path is None or not path.is_file() else read_score_streams(path)


def made_streams(name: str, count: int, jobs: int, keep: Path | None) -> list[ScoreStream]:
    """`count` streams for each 16 of a set; taken from the folder `keep` where they were kept there."""
    wanted = MADE[name]
    number = max(1, wanted.streams * count // 16)
    path = None if keep is None else keep / f"{name}-{number}.npz"
    if path is not None and path.is_file():
        return read_score_streams(path)
    streams = make_streams(wanted.making, number, jobs)
    if path is not None:
        save_streams(path, streams)
    return streams


def sets(names: list[str], count: int, jobs: int, keep: Path | None) -> Iterator[tuple[str, list[ScoreStream]]]:
    """Title and streams of each."""
    for name in names:
        yield MADE[name].title, made_streams(name, count, jobs, keep)
