"""Updates, where the config asks for them: nothing of it is imported or runs where it does not."""

import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from edgeclassify.config import Config, UpdatesConfig, load_config
from edgeclassify.daemon.kept.kept_state import state_folder
from edgeclassify.daemon.reload import Reloader
from edgeclassify.daemon.running import RunningParts
from edgeclassify.errors import ConfigError, EdgeClassifyError
from edgeclassify.health import UpdateHealth
from edgeclassify.replaced_files import late_imports

if TYPE_CHECKING:
    from edgeclassify.config.layers.update_layer import UpdateChoice
    from edgeclassify.daemon.updating.node import UpdatingNode

log = logging.getLogger(__name__)

STOP_S = 0.1
"""A look that waits for its server is left alone: it ends with the process."""


class Updates:
    """Used by the daemon's thread. `config_file`: None: the config came from none, and is not updated; `as_run`:
    what a config that was read becomes before it runs; `load` reads the one in its place."""

    def __init__(
        self,
        config_file: Path | None,
        as_run: Callable[[Config], Config],
        load: Callable[[], Config],
        wake: Callable[[], None],
    ) -> None:
        self._config_file, self._as_run, self._load, self._wake = config_file, as_run, load, wake
        self._node: UpdatingNode | None = None
        self._config: Config | None = None
        self._settings: UpdatesConfig | None = None

    def first_config(self) -> Config:
        """The config to start with, without an update that keeps the daemon from starting. Raises ConfigError."""
        try:
            config = self._load()
        except ConfigError as error:
            if self._config_file is None:
                raise
            self._undo(self._config_file, error)
            config = self._load()
        self._renew(config)
        if self._node is not None and self._node.starts.begin():
            config = self._load()
        return config

    def begin(self, running: RunningParts, reloader: Reloader) -> None:
        """The daemon runs: look for updates from now on, where the config asks for it."""
        if self._node is not None:
            self._node.begin(running, reloader)
        self._config = running.parts.config

    def work(self, running: RunningParts, reloader: Reloader) -> None:
        """Called again and again. Raises FreshProcessError."""
        config = running.parts.config
        if config is not self._config:
            self._follow(config, running, reloader)
        if self._node is not None:
            self._node.work()
            running.figures.update = UpdateHealth.of(self._node.status)
        else:
            running.figures.update = None

    def failed(self, error: EdgeClassifyError) -> EdgeClassifyError:
        """What the daemon ends with in place of this error."""
        return error if self._node is None else self._node.starts.failed(error)

    def stop(self, *, well: bool) -> None:
        """`well`: it was asked to."""
        if self._node is not None:
            self._node.stop(STOP_S)
            if well:
                self._node.starts.ended_well()

    def _follow(self, config: Config, running: RunningParts, reloader: Reloader) -> None:
        """Another config runs."""
        self._config = config
        if config.updates == self._settings:
            if self._node is not None:
                self._node.look_now()
            return
        if self._node is not None:
            self._node.stop(STOP_S)
        self._renew(config)
        if self._node is not None:
            self._node.begin(running, reloader)

    def _renew(self, config: Config) -> None:
        self._settings, self._node = config.updates, None
        if config.updates is None:
            return
        folder = None if self._config_file is None else state_folder(config)
        if folder is None:
            log.warning("updates: none are looked for, since nothing is kept here: there is no state folder")
            return
        with late_imports():
            from edgeclassify.config.layers.update_layer import FOLDER
            from edgeclassify.daemon.updating.node import UpdatingNode
        self._node = UpdatingNode(folder / FOLDER, config.updates, self._loaded, self._wake)

    def _loaded(self, choice: "UpdateChoice | None") -> Config:
        assert self._config_file is not None, "there are no updates without a file"
        return self._as_run(load_config(self._config_file, choice))

    def _undo(self, config_file: Path, error: ConfigError) -> None:
        with suppress(ImportError):
            from edgeclassify.daemon.updating.starting import undo_where_it_breaks_the_config

            undo_where_it_breaks_the_config(config_file, error)
            return
        raise error
