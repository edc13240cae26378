"""Makes a snapshot of a frame: drawn, coded, kept, published."""

import logging
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from edgeclassify.config import SnapshotConfig
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.once import Once
from edgeclassify.pictures.caption import Caption
from edgeclassify.pictures.jpeg import Drawing, Jpeg
from edgeclassify.publish.snapshots.folder import SnapshotFolder
from edgeclassify.publish.snapshots.interface import Snapshot
from edgeclassify.types import Frame, Roi

log = logging.getLogger(__name__)

Publish = Callable[[str, bytes], None]


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """What a snapshot is to be made of."""

    frame: Frame
    roi: Roi
    caption: Caption


class SnapshotMaker:
    """Thread-safe. `folder` None: nothing is kept on disk; `publish` None: nothing goes to MQTT."""

    def __init__(self, config: SnapshotConfig, folder: Path | None, publish: Publish | None) -> None:
        self._config, self._publish = config, publish
        self._folder = None if folder is None else SnapshotFolder(folder, config)
        self._counting = Lock()
        self._too_large, self._faults = Once(), Once()
        self.skipped = 0
        """Snapshots that could not be sent or kept, or not made at all."""

    def make(self, job: Job) -> Snapshot:
        """Make one. Raises ImageError."""
        caption = job.caption
        drawing = Drawing(job.frame.shown, job.roi, caption, captioned=self._config.caption)
        jpeg = drawing.jpeg(self._config.quality)
        path = self._keep(caption, jpeg)
        published = self._send(caption, drawing, jpeg)
        jpeg = published or jpeg
        return Snapshot(caption.view, jpeg.data, jpeg.width, jpeg.height, path, published is not None)

    def do(self, job: Job | None) -> None:
        """Make one, or where there is none to make, look through the folder. A fault is said once, not raised."""
        try:
            if job is not None:
                self.make(job)
                self._faults.is_over()
            elif self._folder is not None:
                self._folder.sweep()
        except EdgeClassifyError as error:
            self._skip(str(error))
        except Exception:
            # The thread's top: a snapshot is worth less than the thread that takes the next one.
            log.exception("a snapshot failed")
            self._skip(None)

    def _keep(self, caption: Caption, jpeg: Jpeg) -> Path | None:
        if self._folder is None:
            return None
        path = self._folder.add(caption, jpeg.data)
        if path is None:
            self._skip(None)
        return path

    def _send(self, caption: Caption, drawing: Drawing, jpeg: Jpeg) -> Jpeg | None:
        if self._publish is None:
            return None
        limit = self._config.mqtt_max_bytes
        fitting = jpeg if len(jpeg.data) <= limit else drawing.jpeg_within(self._config.quality, limit)
        if fitting is None:
            self._skip(None)
            if self._too_large.is_news(caption.view):
                log.warning(
                    "view %s: no picture fits into snapshot.mqtt_max_bytes = %d; raise that. This is said once",
                    caption.view, limit,
                    extra={"view": caption.view},
                )  # fmt: skip
            return None
        self._publish(caption.view, fitting.data)
        return fitting

    def _skip(self, fault: str | None) -> None:
        with self._counting:
            self.skipped += 1
        if fault is not None and self._faults.is_news(what=fault):
            log.error("snapshot skipped: %s", fault)
