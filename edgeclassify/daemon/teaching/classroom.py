"""Teaching as a part of the daemon: what is asked of taught models goes in, and is carried out beside it."""

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from edgeclassify.daemon.assembly.models import LoadedModels, is_news, view_models
from edgeclassify.daemon.running import RunningParts
from edgeclassify.daemon.teaching.desk import TeachingDesk
from edgeclassify.daemon.teaching.node_facts import NodeFacts
from edgeclassify.daemon.teaching.renewal import Renewal
from edgeclassify.daemon.teaching.requests import TeachingRequests
from edgeclassify.model.taught.places import MANIFEST, find_taught
from edgeclassify.replaced_files import late_imports
from edgeclassify.teaching.interface import Picture
from edgeclassify.types.teaching import TeachingOrder

if TYPE_CHECKING:
    from edgeclassify.contract.bodies import Body
    from edgeclassify.daemon.teaching.orders import Orders

SETTLE_S = 2.0
"""How long a look may take to be written that was chosen a moment ago."""


class Classroom:
    """Used by the daemon's thread.

    `on_done` is called in another thread when a task is done, so that the daemon looks soon whether a head is new.
    """

    def __init__(self, running: RunningParts, on_done: Callable[[], None]) -> None:
        self._running = running
        self._models: LoadedModels | None = None
        self._known: Mapping[str, Path] = {}
        self.desk = TeachingDesk(rest=self._rest, on_done=on_done)
        self.requests = TeachingRequests(self.desk, self._facts, self._carry_out)

    def close(self, timeout_s: float) -> None:
        """The daemon stops: the task at hand has so many seconds to end."""
        self.desk.close(timeout_s)

    def renewal(self, renew: Callable[[], None]) -> Renewal:
        """What notices heads that were fitted, here or by a command; `renew` takes them over."""
        return Renewal(self._manifests, lambda name: is_news(self._running.parts.models, name), renew)

    @property
    def _taught(self) -> Mapping[str, str]:
        """View → the taught model that it decides by."""
        manifests = self._manifests()
        models = {view.name: model.name for view, model in view_models(self._running.parts.config)}
        return {view: model for view, model in models.items() if model in manifests}

    def _manifests(self) -> Mapping[str, Path]:
        """Of the taught models that run, by name. Looked for once: this is asked with each turn of the loop."""
        models = self._running.parts.models
        if models is not self._models:
            folders = {section.name: find_taught(section.name) for section in models.loaded}
            self._known = {name: folder / MANIFEST for name, folder in folders.items() if folder is not None}
            self._models = models
        return self._known

    def _facts(self) -> NodeFacts:
        parts = self._running.parts
        return NodeFacts(
            views=tuple(view.name for view in parts.views),
            taught=self._taught,
            bases={
                view.name: facts.base for view in parts.views if (facts := view.classifier.embedding) is not None
            },
            keeps_pictures=not parts.config.node.labels_only,
            looks=self._running.looks.path if self._running.looks and parts.config.teaching.enabled else None,
            zone=parts.config.node.zone,
        )

    @cached_property
    def _orders(self) -> "Orders":
        """Used by the desk's thread. Most nodes are never taught anything: imported (1.6 MB) when one is.
        Raises ReplacedFilesError."""
        with late_imports():
            from edgeclassify.daemon.teaching.orders import Orders

        return Orders(self._settle_looks)

    def _carry_out(self, order: TeachingOrder, facts: NodeFacts, picture: Picture | None) -> "Body":
        return self._orders.carry_out(order, facts, picture)

    def _rest(self) -> None:
        if "_orders" in self.__dict__:
            self._orders.rest()

    def _settle_looks(self) -> None:
        if (looks := self._running.looks) is not None:
            looks.flush(SETTLE_S)
