"""`python -m tests.bench.clusters`: what a day of a fixed camera becomes when it is labelled in groups.

Places are drawn (`tests.bench.yards`). A camera's frames of a day and a night (144 of each place) are grouped;
each group gets one answer, the state that most of its pictures show, and its different members become examples.
For numbers of groups: how many questions that is, the share of frames that are of their group's state, of examples
with a wrong label, and how good the head is on other days (as in `tests.bench.gate_scenes`; mean over places).
Beside it what the same examples would give, had each been labelled by itself. `--keep FOLDER`: embeddings over
runs.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edgeclassify.teaching.augmentation import DEFAULT_CHANGES
from edgeclassify.teaching.diversity.clusters import cluster
from edgeclassify.teaching.diversity.distances import with_circumstances
from edgeclassify.teaching.embedder import Embedder
from edgeclassify.teaching.fitting import fit
from edgeclassify.teaching.interface import Cluster
from edgeclassify.types import ModelChoice
from tests.bench.gate_scenes import Album, album
from tests.bench.kept_embeddings import KeptEmbeddings
from tests.bench.lessons import answers, lesson_of
from tests.bench.yards.days import PHASES, around_the_clock, later
from tests.bench.yards.places import KINDS, Place, place

BASES = ("builtin", "mobilenet_v1_0.25_128")
NUMBERS: dict[str, int | None] = {"2 groups": 2, "as many as it takes": None, "12 groups": 12}


@dataclass(frozen=True)
class Day:
    """A place: its frames of a day, with changed copies, and what is asked later by phase."""

    where: Place
    frames: Album
    asked: dict[str, Album]

    def grouped(self, groups: int | None) -> list[Cluster]:
        """As the command groups them."""
        units, shown = self.frames.units, self.frames.shown
        light = [float(one.pixels.mean()) / 255 for one in shown]
        return cluster(units, groups, around=with_circumstances(units, [one.hour * 3600 for one in shown], light))

    def majority(self, group: Cluster) -> int:
        """The state that most of its pictures show."""
        return int(np.bincount([self.frames.states[i] for i in group.members]).argmax())

    def accuracy(self, chosen: Sequence[int], states: Sequence[int]) -> list[float]:
        """Of a head that was taught these examples as these states, by phase."""
        if len(set(states)) < 2:
            return [float("nan")] * len(PHASES)
        examples = self.frames.examples(DEFAULT_CHANGES)
        head = fit(lesson_of(self.where.states, [examples[i] for i in chosen], states)).head
        return [answers(head, self.asked[phase].units).right(self.asked[phase].states) for phase in PHASES]


def day_of(where: Place, seen: KeptEmbeddings) -> Day:
    """All that is needed of a place."""
    frames = album(list(around_the_clock(where)), seen, DEFAULT_CHANGES)
    return Day(where, frames, {phase: album(later(where, phase), seen) for phase in PHASES})


def figures(day: Day, groups: int | None, *, by_group: bool) -> list[float]:
    """Questions, share of frames of their group's state, share of wrong examples, accuracy by phase."""
    found = day.grouped(groups)
    truth = day.frames.states
    alike = sum(truth[i] == day.majority(group) for group in found for i in group.members) / len(truth)
    chosen = [i for group in found for i in group.chosen]
    said = [day.majority(group) for group in found for _ in group.chosen]
    wrong = sum(truth[i] != state for i, state in zip(chosen, said, strict=True)) / len(chosen)
    states = said if by_group else [truth[i] for i in chosen]
    questions = len(found) if by_group else len(chosen)
    return [questions, alike, wrong if by_group else 0.0, *day.accuracy(chosen, states)]


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", nargs="*", default=BASES, help=f"models by name or file ({', '.join(BASES)})")
    parser.add_argument("--numbers", type=int, default=2, help="places of each kind (2)")
    parser.add_argument("--keep", type=Path, help="a folder for embeddings")
    options = parser.parse_args()
    for base in options.base:
        seen = KeptEmbeddings(Embedder.open(ModelChoice(name=base)), options.keep)
        days = [day_of(place(kind, number), seen) for kind in KINDS for number in range(options.numbers)]
        seen.save()
        print(f"\n{base}: {len(days)} places of {len(days[0].frames.shown)} frames")
        titles = ("questions", "alike", "wrong", *PHASES)
        print(f"{'':32}" + "".join(f"{title:>11}" for title in titles))
        for by_group in (True, False):
            for name, groups in NUMBERS.items():
                rows = np.array([figures(day, groups, by_group=by_group) for day in days])
                means = np.nanmean(rows, axis=0)
                how = name if by_group else f"{name}, each by itself"
                print(f"{how:32}{means[0]:11.1f}" + "".join(f"{value:11.1%}" for value in means[1:]), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
