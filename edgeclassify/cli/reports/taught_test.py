"""What `teach NAME test` shows: figures, the matrix of answers as a table and as a chart, the worst of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from edgeclassify.cli.reports.tables import table_console
from edgeclassify.files import printable
from edgeclassify.model.taught.manifest import Accuracy
from edgeclassify.pictures.matrix_chart import MatrixChart
from edgeclassify.teaching.testing.taught_test import Answer, TaughtTest
from edgeclassify.teaching.testing.wilson import wilson_interval

NONE_OF_THEM = "none of them"
UNKNOWN = "unknown"
_MOST_IN_TABLE = 10
"""With more labels the table would not fit: then the most frequent mistakes are listed."""
_MOST_WRONG = 8
_MOST_IN_RECORD = 100


def record_of_test(name: str, tested: TaughtTest, unreadable: int) -> dict[str, Any]:
    """All figures as plain values."""
    low, high = wilson_interval(tested.accuracy.right, tested.accuracy.count)
    of_none = tested.of_none
    return {
        "model": name,
        "n": tested.accuracy.count,
        "accuracy": _share(tested.accuracy),
        "accuracy_low": round(low, 4),
        "accuracy_high": round(high, 4),
        "unknown": _share(tested.unknown),
        "accuracy_known": _share(tested.accuracy_known),
        "none": {"n": of_none.count, "unknown": _share(of_none)},
        "unreadable": unreadable,
        "labels": [
            {"label": label, "n": found.count, "right": found.right, "accuracy": _share(found)}
            for label in tested.labels
            for found in (tested.of(label),)
        ],
        "answers": {
            _row_name(truth): {
                answer: count for answer, count in zip(_columns(tested), counts, strict=True) if count
            }
            for truth, counts in _rows(tested)
        },
        "wrong": [_answer_record(one) for one in tested.worst(_MOST_IN_RECORD)],
    }


def _share(found: Accuracy) -> float | None:
    """None where nothing was counted."""
    return round(found.share, 4) if found.count else None


def _answer_record(one: Answer) -> dict[str, Any]:
    return {
        "file": one.source,
        "label": one.truth,
        "answer": one.answer,
        "score": round(one.score, 4),
        "unknown": one.is_unknown,
    }


def _rows(tested: TaughtTest) -> Iterator[tuple[str | None, tuple[int, ...]]]:
    """The labels of which there are pictures, and their answers; at last those of none of the classes."""
    for truth in (*tested.labels, None):
        counts = tested.counts(truth)
        if any(counts):
            yield truth, counts


def _row_name(truth: str | None) -> str:
    return NONE_OF_THEM if truth is None else truth


def _columns(tested: TaughtTest) -> tuple[str, ...]:
    return (*tested.labels, UNKNOWN)


def print_taught_test(name: str, tested: TaughtTest, plot: Path | None) -> None:
    """For people."""
    console = table_console()
    for line in _figures(name, tested):
        console.print(line, soft_wrap=True)
    console.print()
    if len(tested.labels) <= _MOST_IN_TABLE:
        console.print(_table(tested))
    else:
        for line in _mistakes(tested):
            console.print(line, soft_wrap=True)
    for line in _worst(tested):
        console.print(line, soft_wrap=True)
    if plot is not None:
        console.print(f"\nThe picture of the answers is in {escape(printable(plot))}.", soft_wrap=True)


def _figures(name: str, tested: TaughtTest) -> Iterator[str]:
    pictures = "1 picture" if tested.accuracy.count == 1 else f"{tested.accuracy.count} pictures"
    yield f"[bold]{escape(name)}[/], {pictures} of {len(tested.labels)} labels"
    low, high = wilson_interval(tested.accuracy.right, tested.accuracy.count)
    reach = f"95 % confidence {low:.1%} to {high:.1%}"
    yield f"  {'right, where each gets a label':38} {_percent(tested.accuracy)}   {reach}"
    yield f"  {'answered unknown':38} {_percent(tested.unknown)}"
    yield f"  {'right, of those that are not unknown':38} {_percent(tested.accuracy_known)}"
    if tested.of_none.count:
        yield f"  {'pictures of none of them: unknown':38} {_percent(tested.of_none)}"


def _percent(found: Accuracy) -> str:
    return f"{found.share:6.1%}   {found.right} of {found.count}" if found.count else "     -"


def _table(tested: TaughtTest) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", title=None)
    table.add_column("is \\ answered")
    for name in _columns(tested):
        table.add_column(escape(name), justify="right", overflow="fold")
    for truth, counts in _rows(tested):
        right = UNKNOWN if truth is None else truth
        cells = [
            "" if not count else f"[bold]{count}[/]" if name == right else f"{count}"
            for name, count in zip(_columns(tested), counts, strict=True)
        ]
        table.add_row(escape(_row_name(truth)), *cells)
    return table


def _mistakes(tested: TaughtTest) -> Iterator[str]:
    """The most frequent ones, a line each."""
    found = [
        (count, truth, answer)
        for truth, counts in _rows(tested)
        for answer, count in zip(_columns(tested), counts, strict=True)
        if count and answer != (UNKNOWN if truth is None else truth)
    ]
    found.sort(key=lambda one: -one[0])
    for count, truth, answer in found[:_MOST_IN_TABLE]:
        total = sum(tested.counts(truth))
        yield f"  {count} of {total} of {escape(_row_name(truth))} answered {escape(answer)}"


def _worst(tested: TaughtTest) -> Iterator[str]:
    worst = [one for one in tested.worst(_MOST_WRONG) if not one.is_unknown]
    if worst:
        yield "\nThe worst:"
    for one in worst:
        is_label = f"is {escape(_row_name(one.truth))}, answered {escape(one.answer)} {one.score:.0%}"
        yield f"  {escape(printable(one.source))}: {is_label}"


def chart_of_test(name: str, tested: TaughtTest) -> MatrixChart:
    """Which label was answered for which."""
    rows, columns = list(_rows(tested)), _columns(tested)
    low, high = wilson_interval(tested.accuracy.right, tested.accuracy.count)
    found = f"{tested.accuracy.right} of {tested.accuracy.count} right"
    return MatrixChart(
        f"{name}: which label was answered for which",
        f"{found} ({low:.0%} to {high:.0%} at 95 % confidence), {tested.unknown.right} of them unknown",
        "is",
        "answered",
        [_row_name(truth) for truth, _ in rows],
        columns,
        [counts for _, counts in rows],
        [len(tested.labels) if truth is None else tested.labels.index(truth) for truth, _ in rows],
    )
