"""On which ports the service may listen, as a drop-in of its unit, which by itself lets it listen on none.

Where systemd has no BPF (Bookworm's) the kernel does not hold it to that; Trixie's has.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from edgeclassify.config import Config
from edgeclassify.service.marked_file import marked_file, settle_marked
from edgeclassify.service.places import DROP_INS, unit_of

_NAME = "listening.conf"
_RELAYED = ("rtsp:", "rtsps:")


def listening_file(config: Path, folder: Path = DROP_INS) -> Path:
    """The drop-in of the unit with this config."""
    return folder / f"{unit_of(config)}.d" / _NAME


def settle_listening(config: Path, content: Config | None, folder: Path = DROP_INS) -> Iterator[str]:
    """Write or remove the drop-in as the config asks; one line where that changes something. Raises StorageError.

    `content` None: the config can't be read, and all stays.
    """
    if content is None:
        return
    lines = list(_allowed(content))
    text = marked_file("[Service]", *lines) if lines else None
    file = listening_file(config, folder)
    if forget_listening(config, folder) if text is None else settle_marked(file, text):
        ports = (
            f"TCP port {content.web.port}, of the page"
            if content.web.enabled
            else "any TCP port of IPv4, for its camera's relay on loopback"
        )
        yield f"{unit_of(config)}: may listen on {ports if lines else 'no port any more'}: at its next start"


def forget_listening(config: Path, folder: Path = DROP_INS) -> bool:
    """Remove the drop-in, and its folder where no other one is in it. Raises StorageError."""
    file = listening_file(config, folder)
    removed = settle_marked(file, None)
    with suppress(OSError):
        file.parent.rmdir()
    return removed


def _allowed(config: Config) -> Iterator[str]:
    if config.web.enabled:
        yield f"SocketBindAllow=tcp:{config.web.port}"
    if any(camera.source.lower().startswith(_RELAYED) for camera in config.camera):
        yield "# Where a camera asks for a login that FFmpeg does not know, it reaches it by a port of loopback."
        yield "SocketBindAllow=ipv4:tcp"
