"""The nodes of a broker, as a command of a fleet sees them: connected, heard of, chosen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import click

from edgeclassify.cli.support.broker_options import in_options, settings_of
from edgeclassify.cli.support.fleet.options import Given
from edgeclassify.errors import ConfigError, MissingInputError, PublishError
from edgeclassify.fleet.link import FleetLink
from edgeclassify.fleet.selection import Chosen, Selection, choose
from edgeclassify.types import Command

_NAMED = 5


@contextmanager
def chosen_nodes(
    command: str, given: Given, selection: Selection, topics: Iterable[str] = (), commands: Iterable[Command] = ()
) -> Iterator[tuple[FleetLink, Chosen]]:
    """The connection, and who is meant.

    Raises UsageError, ConfigError and PublishError; MissingInputError where no node is known, or none is meant.
    """
    config = settings_of(command, given.path, given.broker)
    named = str if given.path is not None else in_options
    try:
        link = FleetLink(
            config.mqtt,
            topics={*topics, *selection.topics()},
            commands=commands,
            names=selection.names,
            on_lost=lambda why: click.echo(
                f"edgeclassify: the broker is lost: {why}. It is tried again", err=True
            ),
        )
        with link:
            link.gather(given.listen_s)
            known = link.known.names
            if not known:
                raise MissingInputError(
                    f"{command}: broker {link.server} tells of no node below "
                    f"{config.mqtt.prefix}/, and none has announced itself. Is that their mqtt.prefix? Nodes "
                    "that do not obey announce (commands.allow) speak in their time: --listen SECONDS"
                )
            yield link, _meant(command, selection, choose(selection, link.known), len(known))
    except (ConfigError, PublishError) as error:
        raise type(error)(named(str(error))) from error


def _meant(command: str, selection: Selection, chosen: Chosen, known: int) -> Chosen:
    if chosen.undecided:
        few = ", ".join(chosen.undecided[:_NAMED]) + (" …" if len(chosen.undecided) > _NAMED else "")
        click.echo(
            f"edgeclassify: {len(chosen.undecided)} of {known} nodes are left out, since they have not said what "
            f"--where asks for: {few}",
            err=True,
        )
    if not chosen.nodes:
        raise MissingInputError(f"{command}: --where {selection.where}: it holds of none of {known} nodes")
    return chosen
