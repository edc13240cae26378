"""`edgeclassify web address`: where the page is, and what keeps people from it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edgeclassify.cli.support.config_option import config_option

if TYPE_CHECKING:
    from edgeclassify.config import WebConfig


@click.command(short_help="Where the page is.")
@config_option
def address(path: Path) -> None:
    """Print the addresses of the page, one a line; what keeps people from it goes to standard error.

    \b
    Example:  edgeclassify web address
    """
    from edgeclassify.service.sandbox import config_seen

    web = config_seen(path)[0].web
    for line in dict.fromkeys(_addresses(web)):
        click.echo(line)
    for hint in _hints(web, path):
        click.echo(hint, err=True)


def _addresses(web: WebConfig) -> Iterator[str]:
    yield web.address
    if web.is_open and (own := _own_address()) is not None and web.listen in ("0.0.0.0", "::"):
        yield web.model_copy(update={"listen": own}).address


def _hints(web: WebConfig, path: Path) -> Iterator[str]:
    if not web.enabled:
        yield f"There is no page: set web.enabled = true in {path}."
    elif not web.is_open:
        yield f'This machine alone reaches it: set web.listen = "0.0.0.0" in {path} where others shall.'
    elif not _answers(web):
        yield "Nobody answers there now. Is the daemon running, and has the page a password? Its log says why."


def _answers(web: WebConfig) -> bool:
    with suppress(OSError), socket.create_connection((_near(web.listen), web.port), timeout=1):
        return True
    return False


def _near(listen: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(listen, listen)


def _own_address() -> str | None:
    """This machine's address towards others; nothing is sent."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])
    return None
