"""The images beside a recording: where they are, what they are called, and which one belongs to a recorded frame.

`gate.jsonl.gz` has them in `gate.frames`: `front-20261123T105445.123Z-81234567890123.jpg` is what camera front
showed at 10:54:45.123 UTC. The last number is the `ns` of the recorded frame; it alone decides, since the clock
may have jumped. Files with other names are no images of the recording.
"""

import re
from bisect import bisect_right
from pathlib import Path

from edgeclassify.contract.encoding import rfc3339
from edgeclassify.lazy_dataclass import dataclass

RECORDING = ".jsonl.gz"
"""What the name of a recording ends with, as a rule."""
_FOLDER = ".frames"
_NAME = re.compile(r"([a-zA-Z0-9_-]{1,64})-\d{8}T\d{6}\.\d{3}Z-(\d{1,20})\.jpg", re.ASCII)
NEAR_S = 10.0
"""An image that is older than this says nothing of a frame."""


def images_folder(recording: Path) -> Path:
    """Where the images of a recording are, if it has any."""
    return recording.with_name(recording.name.removesuffix(RECORDING) + _FOLDER)


def image_name(camera: str, captured_at: float, captured_at_ns: int) -> str:
    """The name of a frame's image; `captured_at`: seconds since the epoch."""
    stamp = rfc3339(captured_at).replace("-", "").replace(":", "")
    return f"{camera}-{stamp}-{captured_at_ns}.jpg"


@dataclass(frozen=True, slots=True)
class FrameImage:
    """The image of a frame, or the newest one before it. `earlier_s`: how much earlier that was; 0: its own."""

    path: Path
    earlier_s: float


class FrameImages:
    """The images in a folder, which is read when one is asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._found: dict[str, list[tuple[int, str]]] | None = None

    def of(self, camera: str, ns: int) -> FrameImage | None:
        """What that camera showed then, or within NEAR_S before; None: no image says that."""
        images = self._images().get(camera, [])
        at = bisect_right(images, ns, key=lambda image: image[0])
        if at == 0:
            return None
        found_ns, name = images[at - 1]
        earlier_s = (ns - found_ns) / 1e9
        return None if earlier_s > NEAR_S else FrameImage(self._folder / name, earlier_s)

    def _images(self) -> dict[str, list[tuple[int, str]]]:
        """Camera → times and names, oldest first."""
        if self._found is None:
            self._found = {}
            for name in _names(self._folder):
                if match := _NAME.fullmatch(name):
                    self._found.setdefault(match[1], []).append((int(match[2]), name))
            for images in self._found.values():
                images.sort()
        return self._found


def _names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except OSError:
        return []  # without images a recording is read all the same
