"""Runs each way in a process of its own, in turns, and makes a table of what they took."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.data import ROOT

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Way:
    """How one of them is started. `model`: a file or folder; `is_ours`: of this checkout."""

    name: str
    command: tuple[str, ...]
    model: Path
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What one run of a way took. `ms`: the median per picture; `first_s`: from its start to its first answer."""

    ms: float
    cpu_ms: float
    rss_mb: float
    first_s: float


@dataclass(frozen=True, slots=True)
class Row:
    """The medians of a way's runs, and how many times ours each is, of medians of the rounds' ratios."""

    name: str
    taken: Taken
    times: Taken


def ways(python: Path, mobilenet: Path, torch_folder: Path) -> list[Way]:
    """Ours first. `python`: that of the peers' environment."""
    return [
        Way("edgeclassify", (sys.executable, "-m", "tests.bench.peers.ours"), mobilenet, is_ours=True),
        Way("usual script, LiteRT", (str(python), str(HERE / "usual_script.py")), mobilenet),
        Way("transformers + torch", (str(python), str(HERE / "transformers_torch.py")), torch_folder),
    ]


def run(way: Way, labels: Path, pictures: Sequence[str]) -> Taken:
    """One run. Raises SystemExit with its last words where it fails."""
    command = [*way.command, str(way.model), str(labels), *pictures]
    # What decides about threads is left as users have it.
    kept = {key: value for key, value in os.environ.items() if key not in ("OMP_NUM_THREADS", "PYTHONPATH")}
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+", errors="replace") as said:
        child = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            cwd=ROOT,
            env=kept | {"HF_HUB_OFFLINE": "1"},
        )
        assert child.stdout is not None
        with child.stdout as out:
            first = out.readline()
            first_s = time.perf_counter() - started
            lines = [line for line in (first + out.read()).splitlines() if line.startswith("{")]
        status = child.wait()
        said.seek(0)
        if status or len(lines) < 2:
            raise SystemExit(f"{way.name}: exit status {status}: {said.read().strip()[-500:]}")
    figures: dict[str, Any] = json.loads(lines[-1])
    return Taken(statistics.median(figures["ms"]), figures["cpu_ms"], figures["rss_mb"], first_s)


def compared(rounds: Sequence[Sequence[Taken]], names: Sequence[str]) -> list[Row]:
    """A row for each way; in each round the first is ours."""
    rows = []
    for number, name in enumerate(names):
        taken = [one[number] for one in rounds]
        times = [(one[number], one[0]) for one in rounds]
        rows.append(
            Row(
                name,
                Taken(*(statistics.median(getattr(one, key) for one in taken) for key in _KEYS)),
                Taken(
                    *(
                        statistics.median(getattr(a, key) / getattr(ours, key) for a, ours in times)
                        for key in _KEYS
                    )
                ),
            )
        )
    return rows


_KEYS = ("ms", "cpu_ms", "rss_mb", "first_s")


def table(rows: Sequence[Row]) -> str:
    """As Markdown."""
    lines = [
        "| way | per picture, ms | processor, ms | resident memory, MB | first answer, s |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        cells = [
            f"{value:.{digits}f}" + ("" if row is rows[0] else f" ({times:.{1 if times < 10 else 0}f} x)")
            for value, times, digits in (
                (row.taken.ms, row.times.ms, 1),
                (row.taken.cpu_ms, row.times.cpu_ms, 1),
                (row.taken.rss_mb, row.times.rss_mb, 0),
                (row.taken.first_s, row.times.first_s, 2),
            )
        ]
        lines.append(f"| {row.name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
