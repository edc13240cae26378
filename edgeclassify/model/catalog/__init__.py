"""Models by name: entries that ship with the package, and the user's own.

A name stands for a .tflite file with all that belongs to it (labels, sidecar) in one of the models' folders,
put there by `edgeclassify models fetch NAME`, or, for the built-in model, in the package itself.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from edgeclassify.documents.values import expanded
from edgeclassify.errors import ConfigError, ModelMissingError, UnknownModelError
from edgeclassify.late_pattern import late_pattern
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.catalog.entry import CatalogEntry, is_model_name, read_entry
from edgeclassify.model.catalog.places import (
    SHIPPED_ENTRIES,
    entry_folders,
    fetch_command,
    is_file,
    looked_in,
    models_folders,
)
from edgeclassify.suggestions import did_you_mean
from edgeclassify.types.model_choice import is_model_path

__all__ = [
    "Catalog",
    "CatalogEntry",
    "find_model",
    "has_entry",
    "is_built_in",
    "is_shipped",
    "load_catalog",
    "model_path",
    "resolve_model",
]

_FILE_LINE = late_pattern(r"^file *=", re.MULTILINE)
"""In an entry of a model that is here."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """All entries by name, and the messages of those that can't be read, by the name they would have."""

    entries: Mapping[str, CatalogEntry]
    faults: Mapping[str, str]

    def entry(self, name: str) -> CatalogEntry:
        """The entry of that name. Raises UnknownModelError, or ConfigError for one with faults."""
        if name in self.faults:
            raise ConfigError(self.faults[name])
        if name in self.entries:
            return self.entries[name]
        names = ", ".join(self.entries)
        hint = did_you_mean(name, self.entries)
        raise UnknownModelError(
            f"{name}: expected a model's name ({names}) or a path to a .tflite file, "
            f"found neither. {hint}".rstrip()
        )


def load_catalog() -> Catalog:
    """Read every entry. One with faults does not keep the others from use."""
    entries: dict[str, CatalogEntry] = {}
    faults: dict[str, str] = {}
    for folder in entry_folders():
        for path in _entry_files(folder):
            entries.pop(path.stem, None)
            faults.pop(path.stem, None)
            try:
                entries[path.stem] = read_entry(path)
            except ConfigError as error:
                faults[path.stem] = str(error)
    return Catalog(entries, faults)


def _entry(name: str) -> CatalogEntry:
    """The entry of that name; the others are read where there is none. Raises as `Catalog.entry`."""
    files = [folder / f"{name}.toml" for folder in entry_folders()] if is_model_name(name) else []
    found = [file for file in files if is_file(file)]
    return read_entry(found[-1]) if found else load_catalog().entry(name)


def has_entry(name: str) -> bool:
    """True where the catalog has a model of that name, whose entry has no faults."""
    try:
        return _entry(name).name == name
    except (ConfigError, UnknownModelError):
        return False


def is_shipped(path: Path, sha256: str) -> bool:
    """True where a model is one of those that ship with the package: in it, or in its catalog by that checksum."""
    # Looked for in their text: each start asks, and reading them as TOML takes longer than opening a model.
    texts = map(_text, _entry_files(SHIPPED_ENTRIES))
    return any(f'sha256 = "{sha256}"' in text for text in texts) or is_built_in(path)


def is_built_in(path: Path) -> bool:
    """True where a model's file is inside the package."""
    own = {entry.local_file.resolve() for entry in _shipped_with_file() if entry.local_file is not None}
    return path.resolve() in own


def _shipped_with_file() -> list[CatalogEntry]:
    """Those of models that need no fetching. Others are told by their text, as is_shipped() does."""
    return [read_entry(file) for file in _entry_files(SHIPPED_ENTRIES) if _FILE_LINE.search(_text(file))]


def _text(entry: Path) -> str:
    return entry.read_text(encoding="utf-8")


def _entry_files(folder: Path) -> list[Path]:
    """An empty list where the folder may not be looked into, as in the home of another user."""
    try:
        return sorted(folder.glob("*.toml"))
    except OSError:
        return []


def model_path(entry: CatalogEntry) -> Path | None:
    """The entry's .tflite file, None where it has not been fetched (or a file of the user's is gone)."""
    if entry.local_file is not None:
        return entry.local_file.resolve() if is_file(entry.local_file) else None
    candidates = (folder / f"{entry.name}.tflite" for folder in models_folders())
    return next((path for path in candidates if is_file(path)), None)


def find_model(name: str) -> Path:
    """The .tflite file of a path or of a name of the catalog. Raises ModelMissingError or ConfigError."""
    if is_model_path(name):
        return expanded(name, ModelMissingError)
    return resolve_model(name)


def resolve_model(name: str) -> Path:
    """The .tflite file of a name of the catalog, ready for use.

    Raises UnknownModelError where the name is unknown, ModelMissingError where the model has not been fetched,
    ConfigError where its entry has faults.
    """
    entry = _entry(name)
    path = model_path(entry)
    if path is not None:
        return path
    if entry.local_file is not None:
        remedy = f"{entry.path} names it: correct that."
        if entry.path.parent == SHIPPED_ENTRIES:
            remedy = "Install edgeclassify again, or choose another model: edgeclassify models list."
        raise ModelMissingError(
            f"{entry.local_file.resolve()}: expected the .tflite file of the model {name!r}, found nothing there. "
            + remedy
        )
    raise ModelMissingError(
        f"{name}: expected the model in {looked_in()}, found nothing there: it has not been fetched. "
        f"Run: {fetch_command(name)}"
    )
