"""The looks that the daemon of a config keeps, for commands: opened beside it, also while it writes."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime, tzinfo
from pathlib import Path

from edgeclassify.config import Config
from edgeclassify.daemon.kept.kept_state import state_folder
from edgeclassify.errors import UsageError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.service.sandbox import config_seen
from edgeclassify.suggestions import did_you_mean
from edgeclassify.teaching.looks.file import FILE_NAME
from edgeclassify.teaching.looks.store import LookStore


@dataclass(frozen=True, slots=True)
class LooksOfNode:
    """The looks of a node, open. `folder`: its state folder."""

    config: Config
    folder: Path
    store: LookStore

    @property
    def zone(self) -> tzinfo | None:
        """Of the node's clock; None: this machine's."""
        return self.config.node.zone

    @property
    def keeps_pictures(self) -> bool:
        """False where no picture may be kept on this node."""
        return not self.config.node.labels_only

    def moment(self, at: float, form: str = "%Y-%m-%d %H:%M") -> str:
        """Seconds since the epoch as the node's clock shows them."""
        return datetime.fromtimestamp(at, self.zone).strftime(form)


@contextmanager
def looks_of(path: Path, *, create: bool = False) -> Iterator[LooksOfNode]:
    """The looks that the daemon with this config keeps. `create`: a new file where there is none yet.

    Raises ConfigError, UsageError where none are kept, LooksError.
    """
    config, service = config_seen(path)
    with nullcontext() if service is None else service.environment():
        folder = state_folder(config)
    if folder is None:
        raise UsageError(f"{path}: no looks are kept: there is no state folder. Set node.state_dir.")
    if not config.teaching.enabled:
        raise UsageError(f"{path}: no looks are kept: teaching.enabled is false there. Set it to true.")
    with LookStore.open(folder / FILE_NAME, create=create) as store:
        yield LooksOfNode(config, folder, store)


def view_named(config: Config, name: str | None) -> str:
    """A view of the config, by its name; None: the only one. Raises UsageError."""
    names = [view.name for view in config.views()]
    if name is None and len(names) == 1:
        return names[0]
    if name in names:
        return str(name)
    hint = "" if name is None else did_you_mean(name, names)
    raise UsageError(f"--view: expected one of {', '.join(names)}; found {name or 'none'}. {hint}".rstrip())


def views_that_use(config: Config, model: str) -> tuple[str, ...]:
    """The names of the views that decide by a model."""
    return tuple(view.name for view in config.views() if config.model_of(view).name == model)
