"""Draws a board: one node in detail, or many as one line per view, no higher than the terminal."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from edgeclassify.publish.mqtt.probing.findings import Lack
from edgeclassify.watch.board import Board
from edgeclassify.watch.drawing.detail import detail
from edgeclassify.watch.drawing.table import Place, table_lines

_FRAME_LINES = 2
"""Around the rows of many nodes: an empty line and the heading."""
_LOW = 7
"""Lines of a terminal from which on there is room to say what the broker lacks."""


def draw(
    board: Board, where: str, now: float, width: int, height: int, place: Place | None = None
) -> RenderableType:
    """The board at `now` (seconds since the epoch) on `width` x `height` characters.

    `where`: the broker; `place`: which rows, of those for which there is no room; None: the first.
    """
    head = list(_head(board, where, height))
    if len(board.nodes) == 1:
        (node,) = board.nodes.values()
        body = list(detail(node, now, width))
        if len(head) + sum(lines for _, lines in body) <= height:
            return Group(*head, *(part for part, _ in body))
    room = max(1, height - len(head) - _FRAME_LINES)
    return Group(*head, *table_lines(board.nodes.values(), now, width, room, place))


def _head(board: Board, where: str, height: int) -> Iterator[RenderableType]:
    online = sum(node.online is True for node in board.nodes.values())
    offline = sum(node.online is False for node in board.nodes.values())
    missing = sum(node.numbers.missing for node in board.nodes.values())
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append(f"{board.prefix} on {where}", style="bold")
    line.append(f"   {len(board.nodes)} node{'' if len(board.nodes) == 1 else 's'}: {online} online, ")
    line.append(f"{offline} offline", style="bold red" if offline else "")
    line.append(f"   {board.rate:.1f} messages/s   ")
    line.append(f"{missing} events missing", style="bold red" if missing else "")
    yield line
    if not board.connected:
        text = f"NOT CONNECTED: {board.reason}. Trying again; what is shown is old."
        yield Text(text, style="bold white on red", no_wrap=True, overflow="ellipsis")
    elif not board.nodes:
        yield Text(f"nothing has come yet on {board.prefix}/...", style="dim")
    elif height >= _LOW and (lacks := _lacks(board)):
        text = f"the broker lacks {', '.join(lacks)} for who comes late: "
        text += "let them ask, or set mqtt.announce_interval_s (docs/brokers.md)"
        yield Text(text, style="bold yellow", no_wrap=True, overflow="ellipsis")


def _lacks(board: Board) -> list[Lack]:
    """What nodes have found it to lack: it is the broker's, so it is said once, and is no problem of each node.

    A node that is gone may have been at another broker then.
    """
    found = {lack for node in board.nodes.values() if node.online is not False for lack in node.broker_lacks}
    return [lack for lack in Lack if lack in found]
