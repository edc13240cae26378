"""The options that all commands of a fleet have, and what is made of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from edgeclassify.cli.support.broker_options import broker_options
from edgeclassify.cli.support.names import check_name
from edgeclassify.errors import UsageError
from edgeclassify.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from edgeclassify.fleet.carrying_out import Canary
    from edgeclassify.fleet.round import Pace
    from edgeclassify.fleet.selection import Selection

_Function = TypeVar("_Function", bound=Callable[..., Any])
_SELECTING = (
    click.option("--where", metavar="EXPRESSION", help="The nodes of which this holds: name=north-* and online."),
    click.option("--node", "nodes", multiple=True, metavar="NAME", help="This node; may be given several times."),
)
_LISTENING = (
    click.option(
        "--listen",
        "listen_s",
        type=click.FloatRange(0, 3600),
        default=0.0,
        metavar="SECONDS",
        help="Ask all nodes to announce themselves, and listen so long; default: where the broker tells of none.",
    ),
)
_ASKING = (
    click.option("--all", "everybody", is_flag=True, help="Every node."),
    click.option(
        "--at-once",
        type=click.IntRange(1, 1000),
        default=20,
        show_default=True,
        metavar="N",
        help="Ask so many at a time.",
    ),
    click.option(
        "--answer",
        "answer_s",
        type=click.FloatRange(0, 3600, min_open=True),
        default=15.0,
        show_default=True,
        metavar="SECONDS",
        help="How long an answer may take.",
    ),
    click.option(
        "--wait",
        "wait_s",
        type=click.FloatRange(0, 604_800),
        default=0.0,
        metavar="SECONDS",
        help="Wait for those that are offline, and ask the silent ones again; default: don't.",
    ),
    click.option(
        "--stop-after",
        type=click.IntRange(1),
        metavar="N",
        help="Ask nobody else when so many have refused, or were silent.",
    ),
    click.option(
        "--canary",
        type=click.IntRange(1),
        metavar="N",
        help="So many first; the rest where these have done it and are still well.",
    ),
    click.option(
        "--canary-wait",
        "canary_s",
        type=click.FloatRange(0, 86_400),
        default=30.0,
        show_default=True,
        metavar="SECONDS",
        help="With --canary: how long those are watched.",
    ),
    click.option("--dry-run", is_flag=True, help="Show who is meant, and ask nobody."),
)
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object, or list.")


@dataclass(frozen=True, slots=True)
class Given:
    """What stands on the command line, as click has it. `broker`: options of the broker, beside the config."""

    path: Path | None
    broker: dict[str, Any]
    where: str | None
    nodes: tuple[str, ...]
    listen_s: float
    as_json: bool
    everybody: bool = False
    dry_run: bool = False
    at_once: int = 20
    answer_s: float = 15.0
    wait_s: float = 0.0
    stop_after: int | None = None
    canary: int | None = None
    canary_s: float = 30.0

    def selection(self, command: str, *, needed: bool) -> Selection:
        """Who is meant. `needed`: an order must say so. Raises UsageError."""
        from edgeclassify.fleet.selection import Selection
        from edgeclassify.fleet.where.parsing import parse

        chosen = {"--where": self.where is not None, "--node": bool(self.nodes), "--all": self.everybody}
        named = [name for name, is_given in chosen.items() if is_given]
        if len(named) > 1:
            raise UsageError(f"{command}: {' and '.join(named)} exclude each other: expected one of them")
        if needed and not named:
            raise UsageError(f"{command}: expected --where EXPRESSION, --node NAME or --all, found none of them")
        for node in self.nodes:
            check_name(f"{command}: --node", node)
        return Selection(None if self.where is None else parse(self.where), self.nodes)

    def pace(self) -> Pace:
        """How the nodes are asked."""
        from edgeclassify.fleet.round import Pace

        return Pace(self.at_once, self.answer_s, self.wait_s, self.stop_after or 0)

    def first(self) -> Canary:
        """Who comes first."""
        from edgeclassify.fleet.carrying_out import Canary

        return Canary(self.canary or 0, self.canary_s)


def looking_options(function: _Function) -> _Function:
    """For a command that only looks: it gets what `given_of` takes."""
    return _with((*_SELECTING, *_LISTENING, _JSON), broker_options(function))


def ordering_options(function: _Function) -> _Function:
    """For a command that orders something: it gets what `given_of` takes."""
    return _with((*_SELECTING, *_ASKING, *_LISTENING, _JSON), broker_options(function))


def given_of(options: dict[str, Any]) -> Given:
    """What click gives to a command with these options."""
    own = {name: options.pop(name) for name in list(options) if name in Given.__dataclass_fields__}
    return Given(broker=options, **own)


def _with(options: tuple[Callable[[_Function], _Function], ...], function: _Function) -> _Function:
    for option in reversed(options):
        function = option(function)
    return function
