"""The node and its views as Home Assistant shows them: what the config says of that, not what is sent."""

from collections.abc import Mapping
from dataclasses import field

from edgeclassify.contract.layout import Layout
from edgeclassify.lazy_dataclass import dataclass

MOST_OPTIONS = 20
"""Labels that the automation editor offers; a view that can show more is a plain text there."""
MOST_TRIGGERS = 8
"""Labels that get device triggers where the view lists none."""
LONGEST_STATE = 255
"""Characters: Home Assistant refuses a longer state."""


@dataclass(frozen=True, slots=True)
class Presentation:
    """A view. `can_show`: its labels and groups, none where that is not known.

    `name`, `icon`: None: made of the view's name, Home Assistant's own. `on`: labels at which its binary sensor is
    on; none: it has no such sensor. `off`: labels at which it is off; none: at every other one. `device_class`: of
    that sensor. `area`: where it is; with one the view is a device of its own, behind the node's.
    `lasting`: labels of which events say how long they have been there.
    """

    can_show: tuple[str, ...] = ()
    name: str | None = None
    icon: str | None = None
    device_class: str | None = None
    on: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    area: str | None = None
    lasting: tuple[str, ...] = ()

    @property
    def options(self) -> tuple[str, ...]:
        """All that the view can show, where these are few, and each is a state; else none."""
        few = len(self.can_show) <= MOST_OPTIONS and all(len(label) <= LONGEST_STATE for label in self.can_show)
        return self.can_show if few else ()


PLAIN = Presentation()
"""A view of which the config says nothing."""


@dataclass(frozen=True)
class Device:
    """A node. `ha_prefix`: the discovery prefix; `name`: the device's name; `presentations`: by the view's name;
    `page`: URL of a page about the node; None: it has none. `features`: what its health tells of that not
    every node has.
    """

    layout: Layout
    ha_prefix: str
    name: str
    version: str
    model: str = "Image classifier"
    presentations: Mapping[str, Presentation] = field(default_factory=dict)
    page: str | None = None
    features: frozenset[str] = frozenset()

    def shown_as(self, view: str) -> Presentation:
        """How a view is shown."""
        return self.presentations.get(view, PLAIN)
