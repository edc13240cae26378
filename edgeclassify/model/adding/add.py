"""A zip → a model of the catalog: file, labels and sidecar in the models' folder, and an entry that names it."""

import re
import tempfile
from contextlib import ExitStack
from pathlib import Path

from edgeclassify.errors import StorageError, UsageError
from edgeclassify.files import printable
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.adding.tried import TriedModel, try_export
from edgeclassify.model.catalog import load_catalog, model_path
from edgeclassify.model.catalog.entry import NAME_RULE, is_model_name
from edgeclassify.model.catalog.fetch import labels_target, toml_pairs
from edgeclassify.model.catalog.part_file import PartFile
from edgeclassify.model.catalog.places import (
    can_write,
    fetch_folder,
    own_entries,
    service_folder,
    system_entries,
)
from edgeclassify.model.description.sidecar import sidecar_path
from edgeclassify.model.taught.places import find_taught
from edgeclassify.model.tflite.model_file import read_model_file

_LONGEST_DESCRIPTION = 72


@dataclass(frozen=True, slots=True)
class AddedModel:
    """A model that is there by its name now. `exporter`: the tool that wrote it, where that shows. `was_there`: it
    had been before. `notes`: what the user should know, a line each."""

    name: str
    path: Path
    labels: tuple[str, ...]
    exporter: str | None
    was_there: bool
    notes: tuple[str, ...]


def add_model(path: Path, name: str | None) -> AddedModel:
    """Put the model in a zip, with its labels, among those that are known by name.

    `name`: None: after the zip. It is opened and run once before anything is put in place. Raises UsageError for a
    name that is none or taken, ModelError or a subclass for a zip that is none, holds several models or none, or a
    model that can't be used, StorageError.
    """
    wanted = _checked_name(name) if name is not None else _name_of(path)
    with tempfile.TemporaryDirectory(prefix="edgeclassify-add-") as folder:
        tried = try_export(path, Path(folder) / f"{wanted}.tflite")
        present = _present(wanted, tried.model.sha256())
        target = present or _placed(wanted, tried, path)
        return AddedModel(wanted, target, tried.labels, tried.exporter.name, present is not None, tried.notes)


def is_seen_by_service(model: AddedModel) -> bool:
    """False where this machine has a service that can't find the model by its name."""
    service = service_folder()
    return service is None or (model.path.parent == service and can_write(system_entries()))


def _checked_name(name: str) -> str:
    if not is_model_name(name):
        raise UsageError(f"--name: expected {NAME_RULE}, found {name!r}.")
    return name


def _name_of(path: Path) -> str:
    """The zip's own name, as far as it can be a model's."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", path.stem).lstrip("._-")[:64]
    if not is_model_name(name):
        raise UsageError(f"{printable(path)}: its name can't be a model's: expected {NAME_RULE}. Add --name NAME.")
    return name


def _present(name: str, sha256: str) -> Path | None:
    """Where the very same model is known by this name. Raises UsageError where another one is."""
    catalog = load_catalog()
    if name not in catalog.entries and name not in catalog.faults and find_taught(name) is None:
        return None
    entry = catalog.entries.get(name)
    there = None if entry is None else model_path(entry)
    if there is not None and read_model_file(there).sha256() == sha256:
        return there
    raise UsageError(f"{name}: expected a new name, found one that another model has. Choose one: --name NAME.")


def _placed(name: str, tried: TriedModel, path: Path) -> Path:
    """Write all of it, the entry last: what it names is there."""
    target = fetch_folder() / f"{name}.tflite"
    files = {} if tried.labels_file is None else {labels_target(target): tried.labels_file}
    files[sidecar_path(target)] = tried.sidecar.encode()
    files[target] = tried.model.data()
    files[_entries_for(target.parent) / f"{name}.toml"] = _entry(tried, target, path).encode()
    with ExitStack() as stack:
        parts = []
        for place, content in files.items():
            parts.append(stack.enter_context(PartFile(place)))
            parts[-1].restart()
            parts[-1].append(content)
        for part in parts:
            part.place()
    return target


def _entries_for(folder: Path) -> Path:
    """The folder of entries that whoever finds models in `folder` reads. Raises StorageError."""
    places = [system_entries()] if folder == service_folder() else []
    own = own_entries()
    places += [] if own is None else [own]
    for place in places:
        if can_write(place):
            return place
    raise StorageError(
        f"{', '.join(map(str, places)) or 'entries of models'}: expected a folder that can be written to, found "
        "none. Run the command as another user."
    )


def _entry(tried: TriedModel, target: Path, path: Path) -> str:
    labels = ", ".join(tried.labels)
    if len(labels) > _LONGEST_DESCRIPTION:
        labels = labels[:_LONGEST_DESCRIPTION].rpartition(", ")[0] + ", …"
    values = {
        "description": f"{len(tried.labels)} classes: {labels}",
        "file": str(target),
        "size": tried.model.size,
        "sha256": tried.model.sha256(),
        "source": tried.exporter.name or printable(path.name),
    }
    return "\n".join([f"# Written by: edgeclassify models add {printable(path.name)}", *toml_pairs(values)]) + "\n"
