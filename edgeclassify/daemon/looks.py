"""What the daemon keeps of what its views see, over reloads: rules from the config, and the thread."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from edgeclassify.config import Config, TeachingConfig
from edgeclassify.daemon.assembly.models import view_models
from edgeclassify.daemon.assembly.parts import Parts
from edgeclassify.model.taught.places import find_taught
from edgeclassify.pipeline.interface import SeenFrames
from edgeclassify.teaching.looks.interface import LookBounds, LookRules, ViewRules
from edgeclassify.types import Event, Frame, Prediction, Roi, ViewState

if TYPE_CHECKING:  # where nothing is kept, what keeps it is not imported
    from edgeclassify.teaching.looks.taker import LookTaker

_DAY_S = 86_400.0
_MB = 1_000_000


class Looks(SeenFrames):
    """`folder`: the state folder; None: nothing is kept. `bytes_written_day`: by the process, within a day.

    Started and stopped once. A reload has it keep to other rules, in the same file.
    """

    def __init__(self, folder: Path | None, bytes_written_day: Callable[[], int | None]) -> None:
        self._taker = None if folder is None else _taker(folder, bytes_written_day)

    @property
    def path(self) -> Path | None:
        """The file, which is there once something was kept; None: nothing is."""
        return None if self._taker is None else self._taker.path

    @property
    def hangs(self) -> bool:
        """True while its thread has not moved within its limit."""
        return self._taker is not None and self._taker.hangs

    @property
    def dropped(self) -> int:
        """Looks that were lost since the start."""
        return 0 if self._taker is None else self._taker.dropped

    def start(self) -> None:
        """Begin to keep looks, by the rules that hold then."""
        if self._taker is not None:
            self._taker.start()

    def finish(self) -> None:
        """Nothing more is seen: begin to end."""
        if self._taker is not None:
            self._taker.finish()

    def stop(self, timeout_s: float) -> None:
        """Have it ended, and what waits written, within so many seconds."""
        if self._taker is not None:
            self._taker.stop(timeout_s)

    def adopt(self, parts: Parts) -> None:
        """Go by the config of these parts, from their first frame on."""
        if self._taker is not None:
            self._taker.adopt(rules_of(parts))

    def flush(self, timeout_s: float) -> bool:
        """Have all that was seen until now written: True where it is."""
        return self._taker is not None and self._taker.flush(timeout_s)

    def offer(
        self,
        view: str,
        frame: Frame,
        region: Roi,
        prediction: Prediction | None,
        state: ViewState | None,
        events: Sequence[Event],
        *,
        picture: bool,
    ) -> None:
        """A view saw this frame."""
        if self._taker is not None:
            self._taker.offer(view, frame, region, prediction, state, events, picture=picture)


def _taker(folder: Path, bytes_written_day: Callable[[], int | None]) -> "LookTaker":
    from edgeclassify.teaching.looks.file import FILE_NAME
    from edgeclassify.teaching.looks.taker import LookTaker

    nothing = LookRules({}, _bounds(TeachingConfig.usual()))
    return LookTaker(folder / FILE_NAME, nothing, bytes_written_day=bytes_written_day)


def rules_of(parts: Parts) -> LookRules:
    """What is kept of the views of a config, of those whose models give embeddings."""
    config = parts.config
    views = dict(_views(parts, config)) if config.teaching.enabled else {}
    return LookRules(
        views,
        _bounds(config.teaching),
        pictures=not config.node.labels_only,
        most_written_day=config.spool.max_bytes_written_day,
    )


def _views(parts: Parts, config: Config) -> list[tuple[str, ViewRules]]:
    models = {view.name: section.name for view, section in view_models(config)}
    found = []
    for view in parts.views:
        if (facts := view.classifier.embedding) is not None:
            review = config.teaching.review if find_taught(models[view.name]) is not None else 0
            found.append((view.name, ViewRules(facts, review)))
    return found


def _bounds(config: TeachingConfig) -> LookBounds:
    return LookBounds(config.keep_days * _DAY_S, round(config.keep_mb * _MB))
