"""The kinds of source: how each is written, what follows its colon, and which keys of a camera it has.

The one table of them: `sources/factory.py` makes the object, all else asks here.
"""

from enum import Enum
from typing import Final, Literal, get_args

from edgeclassify.lazy_dataclass import dataclass

OwnKey = Literal[
    "zoom", "night", "controls", "size", "fps", "format", "realtime", "freeze_timeout_s", "after", "recursive",
    "stop_between", "tls",
]  # fmt: skip
"""Keys of a camera that only some kinds have, in the order in which faults are told."""


class Target(Enum):
    """What follows the colon."""

    SELECTOR = "a name of its own kind, or nothing"
    DEVICE = "the path of a device"
    FOLDER = "the path of a folder"
    FILE_OR_URL = "the path of a file or folder, or a URL"
    HOST = "host and path: kind and target together are the URL"


@dataclass(frozen=True, slots=True)
class SourceKind:
    """`form`: how it is written, for messages; empty where another kind's form says it. `listed`: its place there.

    `keys`: what it has of the keys that not all kinds have. `waits`: its images come when they come. `one_word`:
    what is expected of a selector, where it may hold no space. `is_scene`: its frames show one scene over time;
    `has_noise`: no two of them are alike, bit by bit.
    """

    name: str
    form: str
    listed: int
    target: Target
    keys: tuple[OwnKey, ...]
    waits: bool = False
    one_word: str | None = None
    is_scene: bool = True
    has_noise: bool = False

    @property
    def is_network(self) -> bool:
        """True where the kind is the scheme of a URL."""
        return self.target is Target.HOST

    def is_path(self, target: str) -> bool:
        """True where this target is the path of a file or folder, relative to the config."""
        return self.target is Target.FOLDER or (self.target is Target.FILE_OR_URL and "://" not in target)


_SENSOR: Final = ("controls", "size", "fps", "freeze_timeout_s", "stop_between")
_NETWORK: Final = ("freeze_timeout_s", "stop_between", "tls")

SOURCE_KINDS: dict[str, SourceKind] = {
    kind.name: kind
    for kind in (
        SourceKind(
            "picamera", "picamera:N", 1, Target.SELECTOR, ("zoom", "night", *_SENSOR),
            one_word="picamera:N with the camera's number, model or id, e.g. picamera:0, picamera:ov5647",
            has_noise=True,
        ),
        SourceKind("v4l2", "v4l2:/dev/videoN", 2, Target.DEVICE, ("format", *_SENSOR), has_noise=True),
        SourceKind(
            "synthetic", "synthetic:", 9, Target.SELECTOR, ("size", "fps", "freeze_timeout_s", "stop_between"),
            is_scene=False,
        ),
        SourceKind("images", "images:FILE, FOLDER or URL", 4, Target.FILE_OR_URL, ("tls",), is_scene=False),
        SourceKind("video", "video:FILE", 3, Target.FILE_OR_URL, ("realtime", "freeze_timeout_s", "tls")),
        SourceKind("watch", "watch:FOLDER", 5, Target.FOLDER, ("after", "recursive"), waits=True, is_scene=False),
        SourceKind("rtsp", "rtsp://…", 6, Target.HOST, _NETWORK),
        SourceKind("rtsps", "", 6, Target.HOST, _NETWORK),
        SourceKind("http", "http(s)://…", 7, Target.HOST, _NETWORK),
        SourceKind("https", "", 7, Target.HOST, _NETWORK),
    )
}  # fmt: skip

WAITING_KINDS = tuple(kind.name for kind in SOURCE_KINDS.values() if kind.waits)
ONLY_FOR: dict[OwnKey, tuple[str, ...]] = {
    key: tuple(kind.name for kind in SOURCE_KINDS.values() if key in kind.keys) for key in get_args(OwnKey)
}
"""Keys of a camera that only some kinds have → those kinds."""


def shows_single_pictures(kind: str, loop: bool) -> bool:
    """True where each image counts by itself; in a loop they are what a camera shows, frame after frame."""
    return kind in WAITING_KINDS or (kind == "images" and not loop)


def _forms() -> str:
    listed = [kind.form for kind in sorted(SOURCE_KINDS.values(), key=lambda kind: kind.listed) if kind.form]
    return f"{', '.join(listed[:-1])} or {listed[-1]}"


SOURCE_FORMS = _forms()
"""How a source may be written, for messages."""


def is_device_or_stream(source: str) -> bool:
    """True where somebody gives pictures who may have one user at a time: a camera, or a server of the network."""
    kind, target = split_source(source)
    return kind in ("picamera", "v4l2") or SOURCE_KINDS[kind].is_network or "://" in target


def split_source(source: str) -> tuple[str, str]:
    """A source string's kind and what follows the colon: ("picamera", "0"), ("rtsp", "//host/stream")."""
    kind, _, target = source.partition(":")
    return kind.strip().lower(), target.strip()
