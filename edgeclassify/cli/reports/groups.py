"""What `models groups` shows: the bundled groups of a model, and what is in none of them."""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from edgeclassify.cli.reports.models import label_records
from edgeclassify.config.groups.model_labels import ModelLabels
from edgeclassify.config.groups.view_labels import labels_with_preset

_PRESET = "everyday"


def group_report(model: ModelLabels, pattern: str | None = None) -> dict[str, Any] | None:
    """Groups, labels in none, and labels that count for `unknown`, as plain values; None where there are none.

    `pattern`: only groups that have it in their name or in a label's; what is in none is left out then.
    """
    found = labels_with_preset(_PRESET, model)
    if found is None:
        return None
    groups: list[dict[str, Any]] = []
    alone: list[dict[str, Any]] = []
    for k, (name, members) in enumerate(zip(found.names, found.members, strict=True)):
        labels = [{"index": index, "label": model.labels[index]} for index in members]
        if k < found.groups:
            groups.append({"group": name, "labels": labels})
        else:
            alone += labels
    report = {"preset": _PRESET, "model": model.name, "groups": groups}
    if pattern is not None:
        wanted = [one for one in groups if label_records([one["group"], *_labels(one)], pattern)]
        return {**report, "groups": wanted}
    background = [{"index": index, "label": model.labels[index]} for index in sorted(model.background)]
    return {**report, "none": alone, "background": background}


def print_groups(report: dict[str, Any]) -> None:
    """Each group with its labels below it."""
    console = Console(highlight=False)
    for one in report["groups"]:
        labels = one["labels"]
        console.print(f"[bold]{escape(one['group'])}[/]  ({len(labels)})")
        _print_labels(console, labels)
    for key, title in (
        ("none", "in no group: labels of their own"),
        ("background", "no label: counts for unknown"),
    ):
        if report.get(key):
            console.print(f"[bold]{title}[/]  ({len(report[key])})")
            _print_labels(console, report[key])


def _print_labels(console: Console, labels: list[dict[str, Any]]) -> None:
    names = ", ".join(label["label"].split(",")[0] for label in labels)
    console.print(Padding(escape(names), (0, 0, 0, 2), expand=False), style="dim")


def _labels(group: dict[str, Any]) -> list[str]:
    return [label["label"] for label in group["labels"]]
