"""What a figure of the daemon or of a camera is: one line of a record, with its text and how it is shown."""

from collections.abc import Callable
from typing import Annotated, Any

from edgeclassify.late_model import Field
from edgeclassify.lazy_dataclass import dataclass

Count = Annotated[int, Field(ge=0)]
Amount = Annotated[float, Field(ge=0)]


@dataclass(frozen=True, slots=True)
class Entity:
    """A figure as Home Assistant shows it. `place`: in the order in which the entities are announced. `feature`:
    what a node must have for it to be announced; None: every node has it. `part`: what is shown of a figure that
    is an object; None: the figure itself.
    """

    platform: str
    name: str
    config: dict[str, Any]
    place: int
    feature: str | None = None
    part: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """What there is to know of a figure. `read`: how it is found out; None: who makes the record is given it."""

    text: str
    entity: Entity | None
    read: Callable[[], Any] | None


def figure(text: str, entity: Entity | None = None, *, read: Callable[[], Any] | None = None) -> dict[str, Figure]:
    """The metadata of a figure's field."""
    return {"figure": Figure(text, entity, read)}
