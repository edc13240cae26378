"""The running node as the page sees it."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from edgeclassify.daemon.assembly.models import view_models
from edgeclassify.daemon.kept.kept_state import state_folder
from edgeclassify.daemon.page.tasks import Tasks
from edgeclassify.daemon.page.what_if import WhatIfs
from edgeclassify.daemon.publishing import snapshot_folder
from edgeclassify.daemon.running import RunningParts
from edgeclassify.health import Health
from edgeclassify.model.taught.places import find_taught
from edgeclassify.types import Request
from edgeclassify.web.interface import ConfigChange, ConfigChanged, NodeFacts, PageNode, ViewFacts, WhatIf

SETTLE_S = 2.0
"""How long looks may take to be written that were chosen a moment ago."""
SETTLE_APART_S = 5.0


class NodeOnPage(PageNode):
    """`put` leaves a request; `change` carries a change of the config out, in the daemon's thread."""

    def __init__(
        self,
        running: RunningParts,
        *,
        put: Callable[[Request], None],
        tasks: Tasks,
        change: Callable[[ConfigChange], ConfigChanged],
        what_ifs: WhatIfs,
        config_file: Path | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._running, self._put, self._tasks = running, put, tasks
        self._change, self._what_ifs, self._config_file = change, what_ifs, config_file
        self._hurrying: dict[str, Future[None]] = {}
        self._clock, self._settle_next = clock, 0.0

    @property
    def facts(self) -> NodeFacts:
        """What runs now: parts are never changed, only replaced as a whole."""
        parts = self._running.parts
        config = parts.settings
        models = {view.name: section.name for view, section in view_models(config)}
        state = state_folder(config) if config.keeps_state else None
        shown = parts.shown_labels
        return NodeFacts(
            config=config,
            info=self._running.info(),
            views=tuple(
                ViewFacts(
                    name=view.name,
                    camera=view.camera,
                    region=view.region,
                    enabled=view.enabled,
                    rules=view.rules,
                    model=models[view.name],
                    model_info=view.classifier.info,
                    shown_labels=shown[view.name],
                    taught=find_taught(models[view.name]) is not None,
                    has_embedding=view.classifier.embedding is not None,
                )
                for view in parts.views
            ),
            profile=parts.profile,
            config_file=self._config_file,
            state=state,
            looks=self._running.looks.path if self._running.looks and config.teaching.enabled else None,
            history=state if config.history.enabled else None,
            snapshots=snapshot_folder(config) if config.snapshot.disk else None,
        )

    def ask(self, request: Request) -> None:
        """Left for the daemon's thread."""
        self._put(request)

    def change(self, change: ConfigChange) -> "Future[ConfigChanged]":
        """Carried out by the daemon's thread."""
        return self._tasks.put(lambda: self._change(change))

    def what_if(self, question: WhatIf) -> dict[str, Any]:
        """Asked of what was heard since the page began."""
        return self._what_ifs.answer(question)

    def hurry(self, camera: str) -> None:
        """Have the camera hand over its next frame at once, where it is one that does not count its frames."""
        hurrying = self._hurrying.get(camera)
        if hurrying is None or hurrying.done():  # one waits at a time: changes need room, too
            self._hurrying[camera] = self._tasks.put(lambda: self._running.cameras.show_more(camera))

    def settle_looks(self) -> None:
        """At most once in SETTLE_APART_S: each time costs the card some blocks."""
        looks, now = self._running.looks, self._clock()
        if looks is not None and now >= self._settle_next:
            self._settle_next = now + SETTLE_APART_S
            looks.flush(SETTLE_S)

    def health(self) -> Health:
        """Counted by now."""
        return self._running.figures.report()
