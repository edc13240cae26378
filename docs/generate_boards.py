"""Writes docs/boards.md and the schema beside it from docs/boards/*.json: `python docs/generate_boards.py`.

Each file is what `edgeclassify bench --json` has printed on one board.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from edgeclassify.bench.result import BenchResult, Run, read_result, schema
from edgeclassify.errors import BenchError
from edgeclassify.model.runtime.runtimes import in_words

DOCS = Path(__file__).parent
FOLDER = DOCS / "boards"
SCHEMA = FOLDER / "schema" / "bench.schema.json"
TARGET = DOCS / "boards.md"
HEAD = """\
# Boards

What a frame costs on which board: results of `edgeclassify bench`, collected. Made from the files in
[boards/](boards) by `make docs`. To add yours, stop the service, and send the file that this writes:

```sh
edgeclassify bench --models builtin,mobilenet_v2 --threads 1,2,4 --runtime both --json > board.json
```

It holds the board's name, versions and figures, and nothing that names you, your network or your pictures
([its schema](boards/schema/bench.schema.json)). What the columns mean:
[performance.md](performance.md#on-your-board).
"""

_COLUMNS = (
    "model", "runtime", "threads", "bare invoke(), ms", "frame, ms (p99)", "efficiency (rounds)", "quietest",
    "frames/s", "CPU", "MB", "heat",
)  # fmt: skip


def page(results: Iterable[BenchResult]) -> str:
    """All of it, as Markdown."""
    lines = [HEAD]
    for result in sorted(results, key=lambda one: (one.board.name, one.made_at)):
        lines += _section(result)
    return "\n".join(lines)


def results(folder: Path = FOLDER) -> list[BenchResult]:
    """Those in the folder. Raises BenchError for a file that is none."""
    return [read_result(path) for path in sorted(folder.glob("*.json"))]


def schema_text() -> str:
    """The JSON Schema of these files."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _section(result: BenchResult) -> Iterator[str]:
    board, software = result.board, result.software
    memory = "" if board.memory_mb is None else f", {board.memory_mb:,} MB"
    yield f"## {_cell(board.name)}\n"
    processor = "" if board.processor in (board.name, board.machine) else f"{_cell(board.processor)}, "
    yield (
        f"{processor}{board.machine}, {board.cores} {'core' if board.cores == 1 else 'cores'}{memory}; "
        f"{_cell(board.system)}, {_cell(board.kernel)}; edgeclassify {software.edgeclassify}, Python "
        f"{software.python}, numpy {software.numpy}, OpenCV {software.opencv}; {result.made_at[:10]}. "
        f"{_cell(result.source)}; {_cell(result.sink)}.\n"
    )
    yield f"| {' | '.join(_COLUMNS)} |"
    yield f"|{'---|' * len(_COLUMNS)}"
    yield from map(_row, result.runs)
    for one in result.refused:
        yield f"| {_cell(one.model)} | {_cell(one.runtime)} | {one.threads} | {_cell(one.reason)} | | | | | | | |"
    yield ""
    if any(run.is_disturbed for run in result.runs):
        yield "*disturbed*: other work disturbed this, and its figures are none of the board; measure again.\n"


def _row(run: Run) -> str:
    heat = "" if run.heat is None else f"{run.heat.begin_c:.0f} to {run.heat.highest_c:.0f} °C"
    heat += ", throttled" if run.throttled else ""
    cells = [
        _cell(run.model.name),
        _cell(in_words(run.runtime)),
        str(run.threads),
        f"{run.bare_invoke_ms.mean:.2f}",
        f"{run.frame_ms.mean:.2f} ({run.frame_ms.p99:.2f})",
        f"{run.efficiency.median:.3f} ({run.efficiency.lowest:.2f} to {run.efficiency.highest:.2f})"
        + (" *disturbed*" if run.is_disturbed else ""),
        f"{run.quiet_efficiency:.3f}",
        f"{run.frames_per_s.median:.1f}",
        f"{run.cpu_percent.median:.0f} %",
        f"{run.rss_mb:.0f}",
        heat,
    ]
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def main() -> int:
    """Write both."""
    try:
        text = page(results())
    except BenchError as error:
        print(error, file=sys.stderr)
        return int(error.exit_status)
    SCHEMA.parent.mkdir(parents=True, exist_ok=True)
    SCHEMA.write_text(schema_text(), encoding="utf-8")
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
