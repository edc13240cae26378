"""`python -m tests.bench.normal_only`: only what is normal is taught; what is said of a fault?

A printer and a belt are drawn (`tests.bench.yards.machines`). Taught are pictures of two jobs (filament, light,
shape) while all goes well. Asked is for other moments of these jobs, for another job, and for faults that grow:
strands of plastic beside the print, boxes that jam. Share that is reported as unusual, mean over repeats with its
95 % interval. `--keep FOLDER`: embeddings over runs.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from edgeclassify.teaching.augmentation import DEFAULT_CHANGES, Change, variants
from edgeclassify.teaching.embedder import Embedder
from edgeclassify.teaching.fitting import fit
from edgeclassify.teaching.interface import Units
from edgeclassify.types import ModelChoice
from tests.bench.gate_scenes import BASES
from tests.bench.kept_embeddings import KeptEmbeddings
from tests.bench.lessons import answers, lesson_of
from tests.bench.yards.machines import MACHINES, job

REPEATS, ASKED = 8, 24
FAULTS = {"a little": 0.1, "more": 0.4, "all is lost": 1.0}


def examples(
    machine: str, repeat: int, count: int, seen: KeptEmbeddings, changes: Sequence[Change]
) -> list[Units]:
    """Normal pictures of two jobs, each with its copies."""
    draw, found = MACHINES[machine], []
    for i in range(count):
        pixels = draw(job(3 * repeat + i % 2), i, 0.0)
        found.append(seen.units([pixels, *variants(pixels, pixels.tobytes(), changes)]))
    return found


def asked(machine: str, repeat: int, seen: KeptEmbeddings) -> dict[str, Units]:
    """What is asked for."""
    draw = MACHINES[machine]
    same = [draw(job(3 * repeat + i % 2), 1000 + i, 0.0) for i in range(ASKED)]
    found = {"the same jobs": seen.units(same)}
    found["another job"] = seen.units([draw(job(3 * repeat + 2), 1000 + i, 0.0) for i in range(ASKED)])
    for name, fault in FAULTS.items():
        found[name] = seen.units([draw(job(3 * repeat + i % 2), 2000 + i, fault) for i in range(ASKED)])
    return found


def print_row(name: str, found: Sequence[dict[str, float]]) -> None:
    """Mean and interval."""
    cells = []
    for key in found[0]:
        values = [one[key] for one in found]
        within = 1.96 * np.std(values, ddof=1) / np.sqrt(len(values))
        cells.append(f"{np.mean(values):7.1%} ±{within * 100:4.1f}")
    print(f"{name:34}" + "".join(f"{cell:>16}" for cell in cells), flush=True)


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.normal_only", description=__doc__)
    parser.add_argument("--base", nargs="*", default=BASES, help=f"models by name or file ({', '.join(BASES)})")
    parser.add_argument("--examples", nargs="*", type=int, default=[10, 30], help="that are taught (10 30)")
    parser.add_argument("--keep", type=Path, help="a folder for embeddings")
    options = parser.parse_args()
    for base in options.base:
        seen = KeptEmbeddings(Embedder.open(ModelChoice(name=base)), options.keep)
        print(f"\n{base}: reported as unusual")
        print(f"{'':34}" + "".join(f"{name:>16}" for name in ("the same jobs", "another job", *FAULTS)))
        for machine in MACHINES:
            shown = [asked(machine, repeat, seen) for repeat in range(REPEATS)]
            for count in options.examples:
                for name, changes in (("as they are", ()), ("with copies", DEFAULT_CHANGES)):
                    rows = []
                    for repeat, pictures in enumerate(shown):
                        taught = examples(machine, repeat, count, seen, changes)
                        head = fit(lesson_of(["normal"], taught, [0] * count)).head
                        rows.append({key: answers(head, units).unknown for key, units in pictures.items()})
                    print_row(f"{machine}, {count} examples {name}", rows)
        seen.save()
    return 0


if __name__ == "__main__":
    sys.exit(main())
