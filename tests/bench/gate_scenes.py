"""`python -m tests.bench.gate_scenes`: a taught model of two states on a fixed camera, into the night.

Places are drawn (`tests.bench.yards`): gates, garage doors, a bin, a gate that opens to the left or to the right.
Ten pictures of each state are taught: of one moment, or between 9 and 16 o'clock of one dry day, with and without
changed copies; or what is collected over a day and a night: of 144 frames those that differ most, ten of each
state. Asked is on three other days: by day, in rain, at dusk, at night (half of the cameras have infrared lamps,
half have none).

Accuracy: every picture has to get an answer, mean over places with its 95 % interval; in brackets the share that
would be answered unknown. `--keep FOLDER`: embeddings over runs.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from edgeclassify.teaching.augmentation import DEFAULT_CHANGES, Change, variants
from edgeclassify.teaching.diversity.choice import choose_diverse
from edgeclassify.teaching.diversity.distances import with_circumstances
from edgeclassify.teaching.embedder import Embedder
from edgeclassify.teaching.fitting import fit
from edgeclassify.teaching.interface import Units
from edgeclassify.types import ModelChoice, Pixels
from tests.bench.kept_embeddings import KeptEmbeddings
from tests.bench.lessons import Answers, answers, lesson_of
from tests.bench.yards.days import EXAMPLES, PHASES, Shown, around_the_clock, later, of_a_day, of_a_moment
from tests.bench.yards.places import KINDS, Place, place

BASES = ("builtin", "mobilenet_v1_0.25_128", "mobilenet_v2_2018")
COLLECTED = 60
"""Frames of a day and a night that are kept of those that were seen."""


@dataclass(frozen=True)
class Album:
    """Of a place, with a base: pictures and what is seen in them. `copies`: of each picture by kind."""

    shown: Sequence[Shown]
    units: Units
    copies: dict[Change, Units]

    @property
    def states(self) -> list[int]:
        """Of each picture."""
        return [one.state for one in self.shown]

    def examples(self, changes: Sequence[Change]) -> list[Units]:
        """Each picture with its copies, (1 + changes, elements)."""
        parts = [self.units, *(self.copies[change] for change in changes)]
        return list(np.stack(parts, axis=1))


class Tested:
    """A place: what can be taught of it, with copies by `changes`, and what is asked by phase."""

    def __init__(self, where: Place, seen: KeptEmbeddings, changes: Sequence[Change]) -> None:
        self.where, self._seen, self._changes = where, seen, changes

    @cached_property
    def moment(self) -> Album:
        """Pictures of one moment."""
        return album(of_a_moment(self.where), self._seen, self._changes)

    @cached_property
    def day(self) -> Album:
        """Pictures of a day."""
        return album(of_a_day(self.where), self._seen, self._changes)

    @cached_property
    def collected(self) -> Album:
        """What is collected."""
        return collected(self.where, self._seen, self._changes)

    @cached_property
    def asked(self) -> dict[str, Album]:
        """By phase."""
        return {phase: album(later(self.where, phase), self._seen) for phase in PHASES}


def album(shown: Sequence[Shown], seen: KeptEmbeddings, changes: Sequence[Change] = ()) -> Album:
    """What a base sees in the pictures, and in changed copies."""
    made = [variants(one.pixels, one.pixels.tobytes(), changes) for one in shown]
    copies = {change: seen.units([of_one[i] for of_one in made]) for i, change in enumerate(changes)}
    return Album(shown, seen.units([one.pixels for one in shown]), copies)


def collected(where: Place, seen: KeptEmbeddings, changes: Sequence[Change]) -> Album:
    """Of a day and a night what differs most, EXAMPLES of each state at most."""
    frames = list(around_the_clock(where))
    units = seen.units([one.pixels for one in frames])
    light = [_brightness(one.pixels) for one in frames]
    around = with_circumstances(units, [one.hour * 3600 for one in frames], light)
    chosen = [frames[i] for i in choose_diverse(around, COLLECTED)]
    of_states = [[one for one in chosen if one.state == state][:EXAMPLES] for state in (0, 1)]
    return album(of_states[0] + of_states[1], seen, changes)


def _brightness(pixels: Pixels) -> float:
    return float(pixels.mean()) / 255


def asked(one: Tested, taught: Album, changes: Sequence[Change]) -> dict[str, Answers]:
    """A head that was taught with these copies, asked in every phase."""
    head = fit(lesson_of(one.where.states, taught.examples(changes), taught.states)).head
    return {phase: answers(head, test.units) for phase, test in one.asked.items()}


@dataclass(frozen=True)
class Row:
    """A way of teaching: for each phase accuracy and share of unknown, (places,)."""

    name: str
    right: dict[str, list[float]]
    unknown: dict[str, list[float]]

    def cells(self) -> Iterator[str]:
        """For the table."""
        for phase in PHASES:
            right, unknown = np.array(self.right[phase]), float(np.mean(self.unknown[phase]))
            within = 1.96 * right.std(ddof=1) / np.sqrt(len(right)) if len(right) > 1 else 0.0
            yield f"{right.mean():7.1%} ±{within * 100:4.1f} ({unknown:4.0%})"


def row(name: str, places: Sequence[Tested], taught: Callable[[Tested], Album], changes: Sequence[Change]) -> Row:
    """The figures of a way of teaching."""
    found = Row(name, {phase: [] for phase in PHASES}, {phase: [] for phase in PHASES})
    for one in places:
        for phase, said in asked(one, taught(one), changes).items():
            found.right[phase].append(said.right(one.asked[phase].states))
            found.unknown[phase].append(said.unknown)
    return found


def _moment(one: Tested) -> Album:
    return one.moment


def _day(one: Tested) -> Album:
    return one.day


def _collected(one: Tested) -> Album:
    return one.collected


def rows(places: Sequence[Tested]) -> Iterator[Row]:
    """The table of a base."""
    for name, taught in (("one moment", _moment), ("one day", _day), ("collected", _collected)):
        yield row(f"{name}, as they are", places, taught, ())
        yield row(f"{name}, with copies", places, taught, DEFAULT_CHANGES)


def ablation(places: Sequence[Tested]) -> Iterator[Row]:
    """Of one day: copies of one kind alone, and all but one."""
    yield row("none", places, _day, ())
    for change in Change:
        yield row(f"{change} alone", places, _day, (change,))
    yield row("default", places, _day, DEFAULT_CHANGES)
    for change in DEFAULT_CHANGES:
        yield row(f"default, no {change}", places, _day, [one for one in DEFAULT_CHANGES if one is not change])
    for change in Change:
        if change not in DEFAULT_CHANGES:
            yield row(f"default and {change}", places, _day, (*DEFAULT_CHANGES, change))


def _print(found: Iterator[Row]) -> None:
    for one in found:
        print(f"{one.name:28}" + "".join(f"{cell:>22}" for cell in one.cells()), flush=True)


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.gate_scenes", description=__doc__)
    parser.add_argument("--base", nargs="*", default=BASES, help=f"models by name or file ({', '.join(BASES)})")
    parser.add_argument("--kinds", nargs="*", choices=KINDS, default=list(KINDS), help="of places (all)")
    parser.add_argument("--numbers", type=int, default=4, help="places of each kind (4)")
    parser.add_argument("--ablate", action="store_true", help="which copies are worth what")
    parser.add_argument("--keep", type=Path, help="a folder for embeddings")
    options = parser.parse_args()
    for base in options.base:
        seen = KeptEmbeddings(Embedder.open(ModelChoice(name=base)), options.keep)
        changes = list(Change) if options.ablate else DEFAULT_CHANGES
        places = [
            Tested(place(kind, number), seen, changes)
            for kind in options.kinds
            for number in range(options.numbers)
        ]
        print(f"\n{base}, {len(places)} places")
        print(f"{'taught':28}" + "".join(f"{phase:>22}" for phase in PHASES))
        _print(ablation(places) if options.ablate else rows(places))
        seen.save()
    return 0


if __name__ == "__main__":
    sys.exit(main())
