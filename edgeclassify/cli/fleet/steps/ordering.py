"""An order of a command to those who are meant: shown before, carried out with a bar, told of after."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from edgeclassify.cli.reports.fleet import print_report, print_report_json
from edgeclassify.cli.support.ended_by_signals import ended_by_signals
from edgeclassify.cli.support.fleet.nodes import chosen_nodes
from edgeclassify.cli.support.fleet.options import Given
from edgeclassify.errors import ExitStatus
from edgeclassify.fleet.carrying_out import HEALTH_TOPICS, Progress, carry_out
from edgeclassify.fleet.interface import Outcome, Report, Result
from edgeclassify.fleet.order import Order
from edgeclassify.types import Command

INTERRUPTED = 130
"""As a shell reports SIGINT."""


def give_order(order: Order, given: Given) -> int:
    """Give it to those who are meant; the exit status. Raises as `chosen_nodes` does."""
    command = f"fleet {order.command}"
    selection = given.selection(command, needed=True)
    topics = HEALTH_TOPICS if given.canary else ()
    with chosen_nodes(command, given, selection, topics, (order.command, Command.PING)) as (link, chosen):
        targets = order.targets(chosen.nodes, link.known)
        if given.dry_run:
            report = Report(tuple(Result(target, Outcome.NOT_ASKED) for target in targets), "this is a dry run")
        else:
            with ended_by_signals(), _bar(order.said) as progress:
                report = carry_out(link, order, targets, given.pace(), given.first(), progress)
    (print_report_json if given.as_json else print_report)(order.said, report)
    if report.interrupted:
        return INTERRUPTED
    return ExitStatus.OK if report.all_done or given.dry_run else ExitStatus.SOME_FAILED


@contextmanager
def _bar(said: str) -> Iterator[Progress]:
    """How many are done with, on standard error, where a person waits there."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(escape(said), total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)
