"""What a node looks like on the broker: its views with their labels, and which topics exist for them.

From it follow the retained topics (what must be removed when the config changes) and Home Assistant's discovery.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property

from edgeclassify.contract.topics import Topics
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.slugs import label_slugs
from edgeclassify.types import Option


@dataclass(frozen=True)
class ViewLayout:
    """A view and the labels that have an ON/OFF topic of their own. `checked`: problems of its camera are told."""

    name: str
    labels: tuple[str, ...] = ()
    checked: bool = True

    @cached_property
    def slugs(self) -> Mapping[str, str]:
        """Listed label → topic level."""
        return label_slugs(self.labels)


@dataclass(frozen=True)
class Layout:
    """A node's topics. `options`: the views can be set over MQTT; `snapshots`: they are published.

    `snoozes`: views can be left alone for a while, and it is told until when. `profiles`: those that there are;
    `sets_profile`: one can be chosen over MQTT.
    """

    topics: Topics
    views: tuple[ViewLayout, ...]
    options: bool = True
    snapshots: bool = False
    snoozes: bool = True
    profiles: tuple[str, ...] = ()
    sets_profile: bool = True

    def slugs(self, view: str) -> Mapping[str, str]:
        """The listed labels of a view → topic level; none for a view that does not exist."""
        return next((found.slugs for found in self.views if found.name == view), {})

    def retained_topics(self) -> Iterator[str]:
        """Every topic on which the broker keeps a message of this node."""
        topics = self.topics
        yield from (topics.status, topics.info, topics.health)
        if self.profiles:
            yield topics.profile
        for view in self.views:
            yield from (topics.availability(view.name), topics.state(view.name))
            if view.checked:
                yield topics.problems(view.name)
            yield from (topics.label(view.name, slug) for slug in view.slugs.values())
            if self.options:
                yield from (topics.option(view.name, option) for option in Option)
            if self.snoozes:
                yield topics.snooze(view.name)
            if self.snapshots:
                yield topics.snapshot(view.name)
