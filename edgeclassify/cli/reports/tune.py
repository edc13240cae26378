"""What `tune` shows: the settings that no other beats, what is proposed, and a chart of all."""

from collections.abc import Sequence

import click
from rich.console import Console
from rich.table import Table

from edgeclassify.pictures.chart import Axis, Chart, Series
from edgeclassify.postprocess.interface import FilterKind
from edgeclassify.recording.tuning.search import Search, Tried
from edgeclassify.recording.tuning.settings import Setting

MOST_ROWS = 12


def print_search(search: Search, views: Sequence[str]) -> None:
    """A table, and the lines that are proposed."""
    present, best = search.present, search.best
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("")
    for name in ("wrong/h", "extra/h", "delay", "missed"):
        table.add_column(name, justify="right")
    table.add_column("filter, enter / exit, confirm", no_wrap=True)
    rows = search.undominated
    step = max(1, -(-len(rows) // MOST_ROWS))
    for one in rows[::step]:
        if one not in (present, best):
            table.add_row("", *_cells(one))
    table.add_row("present", *_cells(present))
    table.add_row("[bold]proposed[/]" if best is not present else "", *_cells(best))
    Console(highlight=False).print(table)
    click.echo(
        "wrong: starts of another label than the scene's, and of its own again; extra: starts beyond the scenes"
    )
    if best is present:
        click.echo(f"Of {len(search.tried)} settings none is better than the present one.")
        return
    whose = f"the [[view]] {views[0]}" if len(views) == 1 else "each [[view]]"
    click.echo(f"\nProposed for {whose}, on this recording:")
    for line in best.setting.lines():
        click.echo(line)


def chart_of(search: Search) -> Chart:
    """Wrong starts per hour against delay, for all that were tried."""
    best, rows = search.best, search.undominated

    return Chart(
        "Wrong starts against delay",
        Axis("mean delay (s)"),
        Axis("wrong starts per hour"),
        [
            Series("tried", _points(search.tried), is_line=False),
            Series("not beaten", _points(rows), is_line=False),
            _noted("present", search.present),
            _noted("proposed", best),
        ],
    )


def _points(tried: Sequence[Tried]) -> list[tuple[float, float]]:
    return [(one.delay_s, one.wrong_per_hour) for one in tried]


def _noted(name: str, one: Tried) -> Series:
    missed = f"{one.judgement.missed} of {one.judgement.scenes} missed"
    return Series(name, _points([one]), is_line=False, notes=[missed], radii=[7.0])


def _cells(one: Tried) -> list[str]:
    judgement = one.judgement
    delay_s = judgement.mean_delay_s
    return [
        f"{one.wrong_per_hour:.1f}",
        f"{judgement.extra_per_hour:.1f}",
        "-" if delay_s is None else f"{delay_s:.1f} s",
        f"{judgement.missed} of {judgement.scenes}",
        _in_words(one.setting),
    ]


def _in_words(one: Setting) -> str:
    constant = {
        FilterKind.BAYES: f" {one.memory_s:g} s",
        FilterKind.EXPONENTIAL: f" {one.smoothing_s:g} s",
        FilterKind.NONE: "",
    }[one.filter]
    return f"{one.filter}{constant}, {one.threshold_enter:g} / {one.threshold_exit:g}, {one.confirm_s:g} s"
