"""What `models list` and `models verify` show: tables for people, records for programs."""

import fnmatch
import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from edgeclassify.model.catalog import Catalog, CatalogEntry, model_path

if TYPE_CHECKING:
    from edgeclassify.model.inspect.verification import Verification


def list_record(catalog: Catalog) -> dict[str, Any]:
    """The catalog as plain values; `faults` are the messages of entries that can't be used."""
    return {
        "models": [_entry_record(entry) for entry in catalog.entries.values()],
        "faults": list(catalog.faults.values()),
    }


def _entry_record(entry: CatalogEntry) -> dict[str, Any]:
    facts, path = entry.facts, model_path(entry)
    return {
        "name": entry.name,
        "description": facts.description,
        "size": _size(entry),
        "top1": None if facts.accuracy is None else facts.accuracy.top1,
        "measured_on": None if facts.accuracy is None else facts.accuracy.dataset,
        "license": facts.license,
        "fetched": path is not None,
        "path": None if path is None else str(path),
        "url": facts.url,
        "sha256": facts.sha256,
        "entry": str(entry.path),
    }


def _size(entry: CatalogEntry) -> int | None:
    """Bytes of the model's file: what the entry says, else what is here."""
    path = model_path(entry)
    return entry.facts.size or (path.stat().st_size if path is not None else None)


def print_list(catalog: Catalog) -> None:
    """The catalog as a table; what a model is, and where it lies, stand in lines of their own below it."""
    console = Console(highlight=False)
    width = max((len(name) for name in catalog.entries), default=0)
    console.print(f"[bold]{'model':{width}}  {'size':>7}  {'licence':10}  fetched[/]")
    for entry in catalog.entries.values():
        record = _entry_record(entry)
        console.print(
            f"[bold]{escape(entry.name):{width}}[/]  {megabytes(record['size']):>7}  "
            f"{escape(record['license'] or ''):10}  {'yes' if record['fetched'] else 'no'}"
        )
        console.print(Padding(escape(record["description"]), (0, 0, 0, 2)), style="dim")
        if record["top1"] is not None:
            # Not in a column of its own: percents of different tests say nothing beside each other.
            measured = f"top-1 {record['top1']:.1f} % on {record['measured_on']}"
            console.print(Padding(escape(measured), (0, 0, 0, 2)), style="dim")
        if record["path"] is not None:
            console.print(f"  {escape(_short(record['path']))}", style="dim", soft_wrap=True)
    console.print("\nFetch one: edgeclassify models fetch NAME")


def label_records(labels: Sequence[str], pattern: str | None) -> list[dict[str, Any]]:
    """Index and label of the labels that contain the pattern (with its * and ?), or of all."""
    wanted = re.compile(fnmatch.translate(f"*{'' if pattern is None else pattern.casefold()}*"))
    return [
        {"index": index, "label": label} for index, label in enumerate(labels) if wanted.match(label.casefold())
    ]


# The file and its sidecar come before all that has a column: they stand in the first one, by their names.
_COLUMNS = {"file": 0, "sidecar": 0, "checksum": 0, "loads": 1, "labels": 2, "golden": 3}


def print_verification(results: "Sequence[Verification]") -> None:
    """One row per model: what was verified, and which step ended it, if one failed."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("model", "checksum", "loads", "labels", "golden picture"):
        table.add_column(title)
    for result in results:
        steps = (result.checksum, result.runtime, result.labels, result.golden)
        cells = ["" if step is None else escape(str(step)) for step in steps]
        if result.failed is not None:
            cells[_COLUMNS[result.failed]] = f"[red]{result.failed} failed[/]"
        table.add_row(escape(result.name), *cells)
    console = Console(highlight=False)
    if results:
        console.print(table)
    else:
        console.print("No model is here yet. Fetch one: edgeclassify models fetch mobilenet_v2")


def verification_record(result: "Verification") -> dict[str, Any]:
    """One verification as plain values."""
    record = {
        "name": result.name,
        "path": str(result.path),
        "ok": result.error is None,
        "checksum": result.checksum,
        "runtime": result.runtime,
        "labels": result.labels,
        "golden": result.golden,
    }
    return record if result.error is None else {**record, "failed": result.failed, "error": str(result.error)}


def megabytes(size: int | None) -> str:
    """Bytes as megabytes (10^6), empty where unknown."""
    return "" if size is None else f"{size / 1e6:.1f} MB"


def _short(path: str) -> str:
    """A path below the user's home with ~."""
    home = os.environ.get("HOME", "")
    return f"~{path.removeprefix(home)}" if len(home) > 1 and path.startswith(f"{home}/") else path
