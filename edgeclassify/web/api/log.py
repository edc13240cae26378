"""The last lines of the log."""

from typing import Annotated, Literal

from edgeclassify.contract.encoding import rfc3339
from edgeclassify.late_model import Field
from edgeclassify.web.api.interface import ApiBody, Asked, Endpoint
from edgeclassify.web.live.log_lines import KEPT, LogLine


class LogAsked(ApiBody):
    """How many lines."""

    lines: Annotated[int, Field(ge=1, le=KEPT)] = Field(200, description="The newest, at most so many.")


class Line(ApiBody):
    """A line of the log, of several where it is that of a fault."""

    at: str
    level: Literal["debug", "info", "warning", "error", "critical"]
    text: str


class LastLines(ApiBody):
    """Oldest first, since the page began."""

    lines: list[Line]


async def _answer(asked: Asked) -> LastLines:
    return LastLines(lines=[_line(one) for one in asked.around.log.last(asked.query.lines)])


def _line(said: LogLine) -> Line:
    return Line(at=rfc3339(said.at), level=_level(said.level), text=_text(said.text))


def _level(name: str) -> Literal["debug", "info", "warning", "error", "critical"]:
    for level in ("debug", "info", "warning", "error", "critical"):
        if name == level:
            return level
    return "info"  # a level that a library has made up


def _text(text: str) -> str:
    """Without lone surrogates, as file names have them that are no UTF-8."""
    return text.encode("utf-8", "replace").decode()


LOG = (
    Endpoint(
        "GET", "/api/log", _answer, "The last lines of the node's log.", "node", query=LogAsked, gives=LastLines
    ),
)
