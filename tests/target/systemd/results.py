"""What came of the scenarios, as lines while they run and as one table of all roots at the end."""

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.target.systemd.rooms.interface import Room, Scenario


@dataclass(frozen=True)
class Result:
    """One scenario in one root: what failed of it, how many checks it had, seconds, and what was seen last."""

    room: str
    scenario: str
    failed: tuple[str, ...]
    checks: int
    took_s: float
    seen: str

    @property
    def cell(self) -> str:
        """For the table."""
        return f"FAIL {self.failed[0]}" if self.failed else f"ok, {self.checks} checks, {self.took_s:.0f} s"


def look(room: Room, scenario: Scenario) -> Result:
    """Carry out one scenario; each check is printed as it is made."""
    started, failed, seen, checks = time.monotonic(), [], "", 0
    try:
        for holds, seen in scenario():
            checks += 1
            failed += [] if holds else [seen]
            print(f"{'ok  ' if holds else 'FAIL'} {seen}", flush=True)
    except (Exception, SystemExit) as error:  # what the others find is still worth knowing
        failed.append(f"{type(error).__name__}: {error}")
        print(f"FAIL {failed[-1]}", flush=True)
    name = scenario.__name__.replace("_", " ")
    return Result(type(room).__name__, name, tuple(failed), checks, time.monotonic() - started, seen)


def write(results: Iterable[Result], file: Path) -> None:
    """For the table that another process prints."""
    file.write_text(json.dumps([asdict(each) for each in results]))


def read(file: Path) -> list[Result]:
    """What `write` wrote."""
    return [Result(**{**each, "failed": tuple(each["failed"])}) for each in json.loads(file.read_text())]


def table(by_root: dict[str, Sequence[Result]]) -> str:
    """Scenarios as lines, roots as columns, in Markdown."""
    names = list(dict.fromkeys((each.room, each.scenario) for results in by_root.values() for each in results))
    cells = {
        root: {(each.room, each.scenario): each.cell.replace("\n", " ")[:120] for each in results}
        for root, results in by_root.items()
    }
    lines = [f"| scenario | {' | '.join(by_root)} |", f"|---|{'---|' * len(by_root)}"]
    for name in names:
        found = " | ".join(cells[root].get(name, "not looked at") for root in by_root)
        lines.append(f"| {_words(name[0])}: {name[1]} | {found} |")
    return "\n".join(lines)


def _words(class_name: str) -> str:
    spaced = "".join(f" {each.lower()}" if each.isupper() else each for each in class_name)
    return spaced.strip()
