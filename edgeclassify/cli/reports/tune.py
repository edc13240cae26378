"""What `tune` shows: the settings that no other beats, what is proposed, and a chart of all."""

from collections.abc import Sequence

import click
from rich.table import Table

from edgeclassify.cli.reports.tables import table_console
from edgeclassify.pictures.chart import Axis, Chart, Series
from edgeclassify.postprocess.interface import FilterKind
from edgeclassify.recording.tuning.search import Search, Tried
from edgeclassify.recording.tuning.settings import Setting

MOST_ROWS = 12


def print_search(search: Search, whose: str) -> None:
    """A table, and the lines that are proposed. `whose`: of which views, in words."""
    present, best = search.present, search.best
    table = Table(box=None, header_style="bold", padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("", no_wrap=True)
    for name in ("wrong/h", "extra/h", "delay", "missed"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("filter", no_wrap=True)
    for name in ("enter", "exit", "confirm", "expire"):
        table.add_column(name, justify="right", no_wrap=True)
    rows = [one for one in search.undominated if one not in (present, best)]
    step = max(1, -(-len(rows) // MOST_ROWS))
    for one in rows[::step]:
        table.add_row("", *_cells(one))
    table.add_row("present", *_cells(present))
    if best is not present:
        table.add_row("[bold]proposed[/]", *_cells(best))
    table_console().print(table)
    click.echo(
        f"Of {present.judgement.scenes} scenes, times in seconds. wrong: starts of another label than the scene's "
        "and of its own again;\nextra: starts beyond the scenes."
    )
    if best is present:
        click.echo(f"Of {len(search.tried)} settings none is better than the present one.")
        return
    click.echo(f"\nProposed for {whose}, on this recording:")
    for line in best.setting.lines():
        click.echo(line)


def chart_of(search: Search) -> Chart:
    """Wrong starts per hour against delay, for all that were tried."""
    present, best, rows = search.present, search.best, search.undominated
    noted = [_noted("present", present), _noted("proposed", best)]
    if best is present:
        noted = [_noted("present, best", present)]
    others = [one for one in search.tried if one not in (*rows, present, best)]
    unbeaten = [one for one in rows if one not in (present, best)]
    return Chart(
        "Wrong starts against delay",
        Axis("mean delay (s)"),
        Axis("wrong starts per hour", lowest=0.0),
        [
            Series("tried", _points(others), is_line=False),
            Series("not beaten", _points(unbeaten), is_line=False),
            *noted,
        ],
        width=860,
    )


def _points(tried: Sequence[Tried]) -> list[tuple[float, float]]:
    return [(one.delay_s, one.wrong_per_hour) for one in tried]


def _noted(name: str, one: Tried) -> Series:
    missed = f"{one.judgement.missed} of {one.judgement.scenes} missed"
    return Series(f"{name} ({missed})", _points([one]), is_line=False, radii=[7.0])


def _cells(one: Tried) -> list[str]:
    judgement, setting = one.judgement, one.setting
    delay_s = judgement.mean_delay_s
    return [
        f"{one.wrong_per_hour:.1f}",
        f"{judgement.extra_per_hour:.1f}",
        "-" if delay_s is None else f"{delay_s:.1f}",
        str(judgement.missed),
        _filter(setting),
        *(f"{value:.3g}" for value in _figures(setting)),
    ]


def _figures(one: Setting) -> tuple[float, ...]:
    return one.threshold_enter, one.threshold_exit, one.confirm_s, one.expire_s


def _filter(one: Setting) -> str:
    constant = {
        FilterKind.BAYES: f" {one.memory_s:g}",
        FilterKind.EXPONENTIAL: f" {one.smoothing_s:g}",
        FilterKind.NONE: "",
    }[one.filter]
    return f"{one.filter}{constant}"
