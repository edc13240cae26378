"""How well decisions are made on score streams whose truth is known: this project's decider beside simpler rules.

    python -m tests.bench.decisions [--made NAME ...] [--count 16] [--keep FOLDER] [--jobs 2]
        [--streams FILE.npz ...] [--plot docs/images]
    python -m tests.bench.decisions --cost
    python -m tests.bench.decisions --fading

Without `--made` and `--streams` the streams of the test data are taken, and of the made ones the sets
mobilenet_v2, mobilenet_v2_cut (other cuts of the photos), mobilenet_v1 and builtin. A stream takes about six
seconds to make; `--keep` keeps them for the next time. Columns: starts beyond the true scenes per hour; mean delay
of the scenes that were found; scenes whose label was never shown; and, more strictly, starts per hour of a label
that is not the scene's, and of one that was there in the same scene before.
"""

import argparse
import sys
from pathlib import Path

from edgeclassify.recording.replay.score_streams import ScoreStream, read_score_streams
from tests.bench.decisions.comparison import print_table
from tests.bench.decisions.cost import print_cost
from tests.bench.decisions.fading import print_fading
from tests.bench.decisions.plot import pictures
from tests.bench.decisions.sets import MADE, given_streams, sets
from tests.support.data import NO_TEST_DATA, find_test_data

USUAL = ("mobilenet_v2", "mobilenet_v2_cut", "mobilenet_v1", "builtin")


def main() -> int:
    """Print the tables; 1 where there is nothing to compare on."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--made", choices=[*MADE, "none"], nargs="+", help="which sets to make")
    parser.add_argument("--count", type=int, default=16, help="streams to make of the first set; others fewer")
    parser.add_argument("--keep", type=Path, help="folder in which made streams are kept")
    parser.add_argument("--jobs", type=int, default=2, help="processes that make streams")
    parser.add_argument("--streams", type=Path, nargs="+", default=[], help="files of streams to compare on")
    parser.add_argument("--plot", type=Path, help="folder for pictures of the first set of streams")
    parser.add_argument("--cost", action="store_true", help="what a frame costs, nothing else")
    parser.add_argument("--fading", action="store_true", help="how long a label stays believed, nothing else")
    asked = parser.parse_args()
    if asked.cost or asked.fading:
        (print_cost if asked.cost else print_fading)()
        return 0
    if find_test_data() is None and not asked.streams:
        print(NO_TEST_DATA, file=sys.stderr)
        return 1
    compare(asked)
    return 0


def compare(asked: argparse.Namespace) -> None:
    """A table for each set, and the picture of the first one."""
    for path in asked.streams:
        _show(str(path.name), read_score_streams(path), asked)
    given = None if asked.streams else given_streams()
    if given is not None:
        _show("the streams of the test data", given, asked)
    names = [] if asked.streams else USUAL
    if asked.made is not None:
        names = [name for name in asked.made if name != "none"]
    for title, streams in sets(list(names), asked.count, asked.jobs, asked.keep):
        _show(title, streams, asked)


def _show(title: str, streams: list[ScoreStream], asked: argparse.Namespace) -> None:
    print_table(title, streams)
    if asked.plot is not None:
        for name, drawn in pictures(f"Decisions on {title}", streams).items():
            (asked.plot / f"{name}.svg").write_text(drawn, encoding="utf-8")
        print(f"pictures are in {asked.plot}")
        asked.plot = None


if __name__ == "__main__":
    sys.exit(main())
