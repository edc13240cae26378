"""The page there is: begun, ended and begun anew as the config says, without the daemon being moved by it."""

import logging
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from edgeclassify.config import Config
from edgeclassify.daemon.page.reloads import Reloads
from edgeclassify.daemon.page.taps import Taps
from edgeclassify.daemon.page.tasks import Tasks
from edgeclassify.daemon.running import RunningParts
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.files import identity
from edgeclassify.types import Option, Request

if TYPE_CHECKING:
    from edgeclassify.daemon.page.memory import Memory
    from edgeclassify.web.page import Page

log = logging.getLogger(__name__)

STOP_S = 0.5


def _as_read(config: Config) -> Config:
    return config


class ServedPage:
    """Used by the daemon's thread. The web's own packages are loaded with the first page, and not before."""

    def __init__(
        self,
        taps: Taps,
        wake: Callable[[], None],
        config_file: Path | None,
        as_run: Callable[[Config], Config] = _as_read,
    ) -> None:
        """`wake`: the daemon's thread, when there is something for it to do. `as_run`: what a config that was read
        from the file becomes before it runs."""
        self._taps, self._config_file, self._as_run = taps, config_file, as_run
        self._tasks = Tasks(wake)
        self._page: Page | None = None
        self._memory: Memory | None = None
        self._made_from: object = None

    def begin(
        self,
        running: RunningParts,
        reloads: Reloads,
        put: Callable[[Request], None],
        follow: Callable[[str, Option], None] = lambda *_: None,
    ) -> None:
        """Serve it, where the config says so. `put`: where requests go; `follow`: has the config's word hold of an
        option of a view, whatever was set over MQTT."""
        self._running, self._put, self._reloads, self._follow = running, put, reloads, follow
        self.adopt(running.parts.config)

    def adopt(self, config: Config) -> None:
        """Another config holds: a page that is made of other settings is begun anew. What keeps it from being
        served is said, and nothing else is."""
        tls = () if config.web.tls is None else (identity(config.web.tls.cert), identity(config.web.tls.key))
        made_from = (config.web, tls, config.node.labels_only, config.node.state_dir)
        if made_from == self._made_from:
            return
        self._end()
        self._made_from = made_from
        if not config.web.enabled:
            if self._memory is not None:
                self._memory.end()
            return
        try:
            self._page = self._made(config)
            self._taps.listen(self._page.board, self._page.onlookers)
            self._page.start()
            log.info("page: %s", self._page.address)
        except (EdgeClassifyError, OSError, RuntimeError) as error:  # no file, no thread left: the daemon goes on
            self._end()
            log.error("no page: %s", error)

    def work(self) -> None:
        """Do what the page has left to do."""
        self._tasks.work()
        if self._page is not None and self._memory is not None:
            self._memory.work(self._running.parts)

    def stop(self) -> None:
        """The daemon stops."""
        self._tasks.close()
        self._end()

    @property
    def address(self) -> str | None:
        """Where it is; None: there is none."""
        return None if self._page is None else self._page.address

    def _made(self, config: Config) -> "Page":
        try:
            from edgeclassify.daemon.page.config_changes import ChangedNode, ConfigChanges
            from edgeclassify.daemon.page.memory import Memory
            from edgeclassify.daemon.page.node import NodeOnPage
            from edgeclassify.daemon.page.what_if import WhatIfs
            from edgeclassify.web.page import Page
        except ImportError as error:
            log.debug("%s", "".join(traceback.format_exception(error)))
            raise EdgeClassifyError(
                f"expected the packages of the page, found none of {error.name}: pip install 'edgeclassify[web]'"
            ) from error
        running, memory = self._running, self._memory or Memory()
        self._memory = memory
        changed = ChangedNode(self._reloads, self._as_run, lambda: running.parts.settings, self._follow)
        node = NodeOnPage(
            running,
            put=self._put,
            tasks=self._tasks,
            change=ConfigChanges(self._config_file, changed).carry_out,
            what_ifs=WhatIfs(memory.inputs, lambda: running.parts),
            config_file=self._config_file,
        )
        return Page(config.web, node)

    def _end(self) -> None:
        self._taps.listen(None, None)
        page, self._page, self._made_from = self._page, None, None
        if page is not None:
            page.stop(STOP_S)
