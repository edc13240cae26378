"""Where taught models lie: each in a folder of its own, below the folders of models.

`manifest.json`: what the model is now. `versions/000011.json`: that version, and earlier ones, each as a whole.
`examples/ID.npy`, `pictures/ID.jpg`, `heads/SHA256.npz`: what they name; never changed, only added and taken away.
`lock`: who changes something holds it.
"""

from collections.abc import Iterator
from pathlib import Path

from edgeclassify.errors import UnknownModelError
from edgeclassify.model.catalog.places import fetch_folder, is_file, looked_in, models_folders
from edgeclassify.model.taught.manifest import HeadRecord
from edgeclassify.model.taught.words import is_taught_name
from edgeclassify.suggestions import did_you_mean

TAUGHT = "taught"
MANIFEST = "manifest.json"
VERSIONS = "versions"
EXAMPLES = "examples"
PICTURES = "pictures"
HEADS = "heads"
LOCK = "lock"


def find_taught(name: str) -> Path | None:
    """The folder of a taught model; None where none is known by this name."""
    if not is_taught_name(name):
        return None
    candidates = (folder / TAUGHT / name for folder in models_folders())
    return next((folder for folder in candidates if _is_taught(folder)), None)


def resolve_taught(name: str) -> Path:
    """The folder of a taught model. Raises UnknownModelError."""
    folder = find_taught(name)
    if folder is not None:
        return folder
    names = taught_names()
    known = f" ({', '.join(names)})" if names else ""
    raise UnknownModelError(
        f"{name}: expected the name of a taught model{known} in {looked_in()}, found none. "
        + (did_you_mean(name, names) or f"It begins with: edgeclassify teach {name} add LABEL PICTURES")
    )


def taught_names() -> tuple[str, ...]:
    """The names of all taught models that this user can see, sorted."""
    found = (folder.name for models in models_folders() for folder in _folders_in(models / TAUGHT))
    return tuple(sorted({name for name in found if find_taught(name) is not None}))


def new_place(name: str) -> Path:
    """The folder that a taught model of this name gets. Raises StorageError where none can be written."""
    return fetch_folder() / TAUGHT / name


def versions_in(folder: Path) -> list[int]:
    """The versions that lie in the folder of a taught model, the newest first."""
    try:
        names = [path.stem for path in (folder / VERSIONS).glob("*.json")]
    except OSError:
        return []
    return sorted((int(name) for name in names if name.isascii() and name.isdigit()), reverse=True)


def version_file(version: int) -> str:
    """The place of a version within the folder."""
    return f"{VERSIONS}/{version:06d}.json"


def head_place(head: HeadRecord) -> str:
    """Where a head lies within the folder."""
    return f"{HEADS}/{head.sha256}.npz"


def _is_taught(folder: Path) -> bool:
    # Without its manifest, as after a disk was mended, the versions still tell everything.
    return is_file(folder / MANIFEST) or bool(versions_in(folder))


def _folders_in(folder: Path) -> Iterator[Path]:
    """Nothing where it may not be looked into."""
    try:
        yield from sorted(folder.iterdir())
    except OSError:
        return
