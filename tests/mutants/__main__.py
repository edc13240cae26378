"""Lets the unit tests of modules look at mutants of these, and says which they did not notice."""

import argparse
import multiprocessing
import sys
import tomllib
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.mutants import trial
from tests.mutants.drawn import Change, Mutant, draw

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one module's mutants."""

    module: str
    tried: int
    survived: Sequence[Mutant]
    left_out: int

    @property
    def percent(self) -> float:
        """Of those that were tried, how many were noticed."""
        return 100 * (self.tried - len(self.survived)) / self.tried if self.tried else 100.0


def tests_of(module: str) -> list[str]:
    """The files of a module's own tests."""
    table = tomllib.loads((HERE / "modules.toml").read_text(encoding="utf-8"))
    folder, _, name = module.rpartition("/")
    return list(table.get(module, [str(Path("tests", folder, f"test_{name}.py"))]))


def equivalents(module: str, source: str) -> set[Change]:
    """The mutants that nobody could notice; says which of those listed are outdated."""
    listed = tomllib.loads((HERE / "equivalent.toml").read_text(encoding="utf-8")).get(module, [])
    text = " ".join(source.split())
    for entry in listed:
        if " ".join(entry["was"].split()) not in text:
            print(f"equivalent.toml: {module} has no such line any more: {entry['was']}", file=sys.stderr)
    return {(entry["in"], entry["was"], becomes) for entry in listed for becomes in entry["becomes"]}


def run(module: str, pool: ProcessPoolExecutor, count: int | None, seed: int, progress: Progress) -> Outcome:
    """Try the mutants of one module."""
    path, tests = f"edgeclassify/{module}.py", tests_of(module)
    source = (trial.ROOT / path).read_text(encoding="utf-8")
    equivalent = equivalents(module, source)
    mutants = draw(source, count=count, seed=seed, equivalent=equivalent)
    limit_s = pool.submit(trial.baseline, tests).result()
    task = progress.add_task(module, total=len(mutants))
    futures = [pool.submit(trial.noticed, path, mutant.code, tests, limit_s) for mutant in mutants]
    for future in futures:
        future.add_done_callback(lambda _: progress.advance(task))
    survived = [mutant for mutant, future in zip(mutants, futures, strict=True) if not future.result()]
    pool.submit(trial.baseline, tests).result()  # a full disk would notice everything
    return Outcome(module, len(mutants), sorted(survived, key=lambda mutant: mutant.line), len(equivalent))


def main() -> int:
    """Status 1 where less was noticed than asked for, 2 where the tests fail on a module as it is."""
    default = list(tomllib.loads((HERE / "modules.toml").read_text(encoding="utf-8")))
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument(
        "modules", nargs="*", default=default, help="as in publish/mqtt/session; those of modules.toml"
    )
    parser.add_argument("--mutants", default="60", help="of each module; 'all' for all there are (60)")
    parser.add_argument("--seed", type=int, default=1, help="which ones are drawn (1)")
    parser.add_argument("--jobs", type=int, default=2, help="tests that run at once (2)")
    parser.add_argument("--at-least", type=float, default=0.0, metavar="PERCENT", help="of each module (0)")
    options = parser.parse_args()
    for module in options.modules:
        if not (trial.ROOT / f"edgeclassify/{module}.py").is_file():
            parser.error(f"edgeclassify has no module {module}")
    count = None if options.mutants == "all" else int(options.mutants)
    console, outcomes = Console(), list[Outcome]()
    with (
        Progress(console=Console(stderr=True), transient=True) as progress,
        ProcessPoolExecutor(options.jobs, multiprocessing.get_context("spawn"), trial.enter_copy) as pool,
    ):
        for module in options.modules:
            try:
                outcomes.append(run(module, pool, count, options.seed, progress))
            except trial.FailingTestsError as failure:
                print(f"{module}: its tests fail without a change:\n{failure}", file=sys.stderr)
                return 2
            for mutant in outcomes[-1].survived:
                print(f"edgeclassify/{module}.py:{mutant}", flush=True)
    console.print(table_of(outcomes))
    return int(any(outcome.percent < options.at_least for outcome in outcomes))


def table_of(outcomes: Sequence[Outcome]) -> Table:
    """A line for each module."""
    table = Table("module", "mutants", "noticed", "survived", "%", "known equivalent")
    for outcome in outcomes:
        noticed = outcome.tried - len(outcome.survived)
        figures = (outcome.tried, noticed, len(outcome.survived), f"{outcome.percent:.0f}", outcome.left_out)
        table.add_row(outcome.module, *map(str, figures))
    return table


if __name__ == "__main__":
    sys.exit(main())
