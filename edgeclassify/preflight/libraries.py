"""Whether the system's loader would find a shared library by its name; nothing is loaded for it."""

import os
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

_CACHE = Path("/etc/ld.so.cache")


def loader_finds(name: str, cache: Path = _CACHE, folders: Iterable[Path] | None = None) -> bool | None:
    """None: that can't be told, since the loader keeps no list here. `folders`: None: where it looks besides."""
    if any((folder / name).is_file() for folder in (_usual_folders() if folders is None else folders)):
        return True
    try:
        known = cache.read_bytes()
    except OSError:
        return None
    text = name.encode() + b"\0"
    return any(before + text in known for before in (b"\0", b"/"))  # alone, or as the end of a path


def _usual_folders() -> Iterator[Path]:
    for one in os.environ.get("LD_LIBRARY_PATH", "").replace(";", ":").split(":"):
        if one:
            yield Path(one)
    multiarch = sysconfig.get_config_var("MULTIARCH")
    for root in (Path("/lib"), Path("/usr/lib"), Path("/lib64"), Path("/usr/lib64")):
        yield root
        if isinstance(multiarch, str):
            yield root / multiarch
