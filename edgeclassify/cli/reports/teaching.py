"""What the commands of `teach` show: classes, their examples, how good the head is, and what is missing."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from edgeclassify.cli.reports.tables import table_console
from edgeclassify.cli.support.teaching.labels import shown_label
from edgeclassify.contract.encoding import rfc3339
from edgeclassify.model.taught.manifest import Accuracy, ExampleRecord, Manifest
from edgeclassify.teaching.coverage import Lack
from edgeclassify.teaching.store.versions import as_past
from edgeclassify.teaching.testing.wilson import wilson_interval

_MOST_DOUBTS = 5
"""Examples that look mislabelled and are named."""


def manifest_record(
    manifest: Manifest, lacks: Sequence[Lack], examples: Sequence[ExampleRecord] | None
) -> dict[str, Any]:
    """A taught model as plain values. `examples`: those that are listed, None: no such list is wanted."""
    head = manifest.head
    return {
        "name": manifest.name,
        "version": manifest.version,
        "change": manifest.change,
        "changed": rfc3339(manifest.changed_at),
        "base": manifest.base.embedding.base,
        "one_class": manifest.one_class,
        "classes": [
            {
                "label": label,
                "examples": count_of(manifest, label),
                "right": None if head is None else _accuracy_record(head.by_label.get(label)),
            }
            for label in manifest.labels
        ],
        "unknown_examples": count_of(manifest, None),
        "head": None
        if head is None
        else {
            "kind": head.kind,
            "fitted": rfc3339(head.fitted_at),
            "is_current": manifest.is_fitted,
            "right": _accuracy_record(head.accuracy),
            "views": {view: _accuracy_record(one) for view, one in head.by_view.items()},
        },
        "doubtful": [
            {"example": one.example, "seems": one.seems, "score": round(one.score, 4)} for one in manifest.doubts
        ],
        "missing": [{"kind": one.kind.value, "label": one.label, "text": one.text} for one in lacks],
        **({} if examples is None else {"examples": [example_record(one) for one in examples]}),
    }


def example_record(example: ExampleRecord) -> dict[str, Any]:
    """One example as plain values."""
    at = example.captured_at
    return {
        "id": example.id,
        "label": example.label,
        "source": example.source,
        "added": rfc3339(example.added_at),
        "captured": None if at is None else rfc3339(at),
        "view": example.view,
        "event": example.event_id,
        "was": example.was,
        "brightness": round(example.brightness, 3),
    }


def _accuracy_record(accuracy: Accuracy | None) -> dict[str, Any] | None:
    if accuracy is None or not accuracy.count:
        return None
    low, high = wilson_interval(accuracy.right, accuracy.count)
    return {
        "right": accuracy.right,
        "of": accuracy.count,
        "share": round(accuracy.share, 4),
        "interval": [round(low, 4), round(high, 4)],
    }


def count_of(manifest: Manifest, label: str | None) -> int:
    """How many examples a class has; None: none of the classes."""
    return sum(one.label == label for one in manifest.examples)


def print_manifest(manifest: Manifest, lacks: Sequence[Lack]) -> None:
    """The classes and how good they are, and what is missing, for people."""
    console = table_console()
    console.print(_heading(manifest), soft_wrap=True)
    console.print(_classes(manifest))
    missing = (f"missing: {escape(one.text)}" for one in lacks)
    for line in (*_head(manifest), *_views(manifest), *missing, *_doubts(manifest)):
        console.print(line, soft_wrap=True)


def _heading(manifest: Manifest) -> str:
    what = "what is normal" if manifest.one_class else f"{len(manifest.labels)} classes"
    base = escape(manifest.base.embedding.base)
    return (
        f"[bold]{escape(manifest.name)}[/]: {what}, {_examples(len(manifest.examples))}, on {base}; version "
        f"{manifest.version} of {_moment(manifest.changed_at)}: {escape(manifest.change)}"
    )


def _classes(manifest: Manifest) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in ("class", "examples", "right when left out", "with 95 % confidence"):
        table.add_column(title, justify="left" if title == "class" else "right")
    head = manifest.head
    for label in manifest.labels:
        accuracy = None if head is None else head.by_label.get(label)
        table.add_row(escape(label), str(count_of(manifest, label)), *_accuracy(accuracy))
    if count := count_of(manifest, None):
        table.add_row(f"({shown_label(None)})", str(count), "", "")
    if head is not None and len(manifest.labels) > 1:
        table.add_row("all", str(len(manifest.examples)), *_accuracy(head.accuracy))
    return table


def _accuracy(accuracy: Accuracy | None) -> tuple[str, str]:
    if accuracy is None or not accuracy.count:
        return "", ""
    low, high = wilson_interval(accuracy.right, accuracy.count)
    return f"{accuracy.right} of {accuracy.count}", f"{low:.0%} to {high:.0%}"


def _head(manifest: Manifest) -> Iterator[str]:
    head, command = manifest.head, f"edgeclassify teach {manifest.name} fit"
    if head is None:
        yield f"not fitted yet: {command}"
    elif manifest.is_fitted:
        yield f"fitted {_moment(head.fitted_at)}: {escape(head.kind)}"
    else:
        yield f"changed since it was fitted to {head.examples} examples ({_moment(head.fitted_at)}): {command}"


def _views(manifest: Manifest) -> Iterator[str]:
    if manifest.head is not None:
        for view, accuracy in manifest.head.by_view.items():
            right, interval = _accuracy(accuracy)
            yield f"view {escape(view)}: {right} right when left out, {interval}"


def _doubts(manifest: Manifest) -> Iterator[str]:
    """Examples that look mislabelled, and how they are moved."""
    examples = {one.id: one for one in manifest.examples}
    for doubt in manifest.doubts[:_MOST_DOUBTS]:
        one = examples[doubt.example]
        yield (
            f"mislabelled? {one.id[:8]} of {escape(shown_label(one.label))} ({escape(one.source)}) looks like "
            f"{escape(doubt.seems)}, {doubt.score:.0%}"
        )
    if manifest.doubts:
        left = len(manifest.doubts) - _MOST_DOUBTS
        more = f"and {left} more. " if left > 0 else ""
        yield f"{more}Where one is wrong: edgeclassify teach {manifest.name} move LABEL EXAMPLE, or remove EXAMPLE"


def print_examples(examples: Sequence[ExampleRecord]) -> None:
    """Each example in a line."""
    table = Table(box=None, pad_edge=False)
    for title in ("example", "class", "captured", "light", "from"):
        table.add_column(title, justify="right" if title == "light" else "left", overflow="fold")
    for one in examples:
        at = "" if one.captured_at is None else _moment(one.captured_at)
        was = "" if one.was is None else f" (was taken for {one.was})"
        table.add_row(
            one.id, escape(shown_label(one.label)), at, f"{one.brightness:.2f}", escape(one.source + was)
        )
    table_console().print(table)


def print_versions(manifest: Manifest) -> None:
    """The versions that are kept, in a line each, the newest first."""
    table = Table(box=None, pad_edge=False)
    for title in ("version", "made", "change"):
        table.add_column(title, justify="right" if title == "version" else "left", overflow="fold")
    for one in (as_past(manifest), *reversed(manifest.past)):
        table.add_row(str(one.version), _moment(one.changed_at), escape(one.change))
    table_console().print(table)


def print_line(text: str) -> None:
    """One line of plain text, however long."""
    Console(highlight=False, markup=False).print(text, soft_wrap=True)


def _examples(count: int) -> str:
    return "1 example" if count == 1 else f"{count} examples"


def _moment(at: float) -> str:
    return f"{datetime.fromtimestamp(at).astimezone():%Y-%m-%d %H:%M}"
