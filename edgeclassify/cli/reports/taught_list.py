"""What `models list` shows of models that were taught here."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from edgeclassify.errors import EdgeClassifyError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.taught.manifest import Manifest
from edgeclassify.model.taught.places import resolve_taught, taught_names
from edgeclassify.model.taught.reading import read_manifest


@dataclass(frozen=True, slots=True)
class TaughtList:
    """Those that can be read, each with its folder, and the messages of those that can't."""

    models: Sequence[tuple[Path, Manifest]]
    faults: Sequence[str]


def read_taught_list() -> TaughtList:
    """All that this user can see."""
    models, faults = [], []
    for name in taught_names():
        try:
            folder = resolve_taught(name)
            models.append((folder, read_manifest(folder)))
        except EdgeClassifyError as error:
            faults.append(str(error))
    return TaughtList(models, faults)


def taught_record(folder: Path, manifest: Manifest) -> dict[str, Any]:
    """One of them as plain values. `accuracy`: of examples that were left out; null before the first fit."""
    head = manifest.head
    return {
        "name": manifest.name,
        "base": manifest.base.embedding.base,
        "labels": list(manifest.labels),
        "examples": len(manifest.examples),
        "fitted": head is not None,
        "up_to_date": manifest.is_fitted,
        "accuracy": None if head is None or not head.accuracy.count else round(head.accuracy.share, 4),
        "path": str(folder),
    }


def print_taught(models: Sequence[tuple[Path, Manifest]]) -> None:
    """A line for each, its classes below it; nothing where there is none."""
    if not models:
        return
    console = Console(highlight=False)
    width = max(len("taught here"), *(len(manifest.name) for _, manifest in models))
    console.print(f"\n[bold]{'taught here':{width}}  {'examples':>8}  accuracy  on[/]")
    for folder, manifest in models:
        record = taught_record(folder, manifest)
        console.print(
            f"[bold]{escape(manifest.name):{width}}[/]  {record['examples']:>8}  {_accuracy(record):>8}  "
            f"{escape(Path(record['base']).name)}",
            soft_wrap=True,
        )
        classes = ", ".join(record["labels"]) or "no class yet"
        console.print(Padding(escape(classes), (0, 0, 0, 2)), style="dim")
    console.print("\nTeach one: edgeclassify teach NAME")


def _accuracy(record: dict[str, Any]) -> str:
    if not record["fitted"]:
        return "not yet"
    return "" if record["accuracy"] is None else f"{record['accuracy']:.0%}"
