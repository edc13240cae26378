"""Fetches a model with all that belongs to it: label file, golden image, sidecar. All or nothing."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import quote

from edgeclassify.errors import ModelError, ModelMissingError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.catalog import CatalogEntry, model_path
from edgeclassify.model.catalog.download import download
from edgeclassify.model.catalog.entry import file_name
from edgeclassify.model.catalog.part_file import PartFile
from edgeclassify.model.catalog.places import can_write, fetch_folder, is_file, service_folder
from edgeclassify.model.description.sidecar import sidecar_path
from edgeclassify.redaction import holds_secret, redacted_url

MIRROR_ENVIRONMENT = "EDGECLASSIFY_MODEL_MIRROR"
"""Names a folder on the web that the files are taken from instead."""

Progress = Callable[[str, int, int | None], None]
"""Called with a file's name, the bytes that are there, and the bytes in all where that is known."""


@dataclass(frozen=True, slots=True)
class FetchOptions:
    """Where files come from: `local` (a file or folder), else `mirror` (a URL's folder), else their own URLs."""

    mirror: str | None = None
    local: Path | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A fetched model: its file, and whether it was there before."""

    path: Path
    was_there: bool


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A file that an entry names: where it comes from, what it must be, where it goes."""

    url: str
    sha256: str
    size: int | None
    target: Path


def fetch_model(entry: CatalogEntry, origin: FetchOptions, progress: Progress) -> Fetched:
    """Fetch the model of a catalog entry, unless it is there already.

    Every file is checked before any is put in place, the model last: a model that is there is complete.
    Raises DownloadError, StorageError, ModelError (wrong checksum), ModelMissingError (not at `origin.local`).
    """
    present = model_path(entry)
    if entry.facts.url is None:
        if present is None:
            raise ModelMissingError(
                f"{entry.local_file}: nothing there, and {entry.path} has no url to fetch it from."
            )
        return Fetched(present, was_there=True)
    if present is not None and _is_complete(entry, present):
        service = service_folder()
        if service is None or present.parent == service or not can_write(service):
            return Fetched(present, was_there=True)
        # This user has it, but the service can't see it there.
        origin = FetchOptions(local=present)
    folder = fetch_folder()
    companions = _companions(entry, folder)
    with ExitStack() as stack:
        files = _wanted(entry, folder)
        parts = [stack.enter_context(_filled(file, origin, entry, progress)) for file in files]
        written = [stack.enter_context(_written(*companion)) for companion in companions.items()]
        for part in (*written, *parts):
            part.place()
    return Fetched(files[-1].target, was_there=False)


def labels_target(model: Path) -> Path:
    """Where a fetched model's label file lies."""
    return model.with_suffix(".labels.txt")


def _wanted(entry: CatalogEntry, folder: Path) -> list[_Wanted]:
    """The files to fetch, the model last."""
    facts, model = entry.facts, folder / f"{entry.name}.tflite"
    # An entry without url or sha256 does not come here: its own check refuses the one, fetch_model the other.
    files = [_Wanted(facts.url or "", facts.sha256 or "", facts.size, model)]
    if facts.labels is not None:
        files.insert(0, _Wanted(facts.labels.url, facts.labels.sha256, None, labels_target(model)))
    return files


def _is_complete(entry: CatalogEntry, path: Path) -> bool:
    """True where the model and its labels are there and as they should be, and its sidecar is there."""
    files = _wanted(entry, path.parent)
    return sidecar_path(path).is_file() and all(_has_sha256(file.target, file.sha256) for file in files)


def _has_sha256(path: Path, sha256: str) -> bool:
    if not is_file(path):  # a pipe would be waited for, a device has no end
        return False
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return False


@contextmanager
def _filled(wanted: _Wanted, origin: FetchOptions, entry: CatalogEntry, progress: Progress) -> Iterator[PartFile]:
    """A part with the whole, checked file in it."""
    with PartFile(wanted.target) as part:
        if part.sha256() != wanted.sha256:
            part.verify(wanted.sha256, _fill(part, wanted, origin, entry, progress))
        yield part


@contextmanager
def _written(target: Path, content: bytes) -> Iterator[PartFile]:
    """A part with `content` in it."""
    with PartFile(target) as part:
        part.restart()
        part.append(content)
        yield part


def _fill(part: PartFile, wanted: _Wanted, origin: FetchOptions, entry: CatalogEntry, progress: Progress) -> str:
    """Bring the file into `part`; returns where it came from, for messages."""
    if origin.local is not None:
        path = _local_file(wanted, origin.local, entry)
        part.restart()
        part.need(path.stat().st_size)
        part.append(_read(path))
        progress(wanted.target.name, part.size, part.size)
        return str(path)
    url = wanted.url
    if origin.mirror is not None:
        url = f"{origin.mirror.rstrip('/')}/{quote(file_name(url))}"
    download(url, part, wanted.size, lambda done, total: progress(wanted.target.name, done, total))
    return redacted_url(url)


def _local_file(wanted: _Wanted, local: Path, entry: CatalogEntry) -> Path:
    """The file that `--from` means: itself for the model, else one of the names it may have in that folder."""
    is_model = wanted.target.suffix == ".tflite"
    if is_model and not local.is_dir():
        return local
    folder = local if local.is_dir() else local.parent
    names = dict.fromkeys((file_name(wanted.url), wanted.target.name))
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise ModelMissingError(
        f"{folder}: expected {' or '.join(names)} there, which belongs to the model {entry.name}, found neither. "
        f"Get it from {redacted_url(wanted.url)} and put it there."
    )


def _companions(entry: CatalogEntry, folder: Path) -> dict[Path, bytes]:
    """What else is put beside the model: the golden image and the sidecar."""
    model = folder / f"{entry.name}.tflite"
    files: dict[Path, bytes] = {}
    golden = None
    if entry.golden_image is not None:
        golden = model.with_suffix(f".golden{entry.golden_image.suffix}")
        files[golden] = _read(entry.golden_image)
    files[sidecar_path(model)] = sidecar_text(entry, model, golden).encode()
    return files


def sidecar_text(entry: CatalogEntry, model: Path, golden: Path | None) -> str:
    """The sidecar of a fetched model, as TOML; `golden` is its golden image."""
    facts = entry.facts
    values = {
        "labels": None if facts.labels is None else labels_target(model).name,
        "crop": facts.crop,
        "channels": facts.channels,
        "output": facts.output,
        "temperature": facts.temperature,
        "license": facts.license,
        "source": facts.source or _shown(facts.url),
        "sha256": facts.sha256,
    }
    lines = [f"# Written by: edgeclassify models fetch {entry.name}", *toml_pairs(values)]
    if facts.normalization is not None:
        lines += ["", "[normalization]", *toml_pairs(asdict(facts.normalization))]
    if facts.golden is not None and golden is not None:
        lines += ["", "[golden]", *toml_pairs({"image": golden.name, "label": facts.golden.label})]
    return "\n".join(lines) + "\n"


def _shown(url: str | None) -> str | None:
    """A URL for a file that everybody may read."""
    return redacted_url(url) if url is not None and holds_secret(url) else url


def toml_pairs(values: Mapping[str, Any]) -> list[str]:
    """A line of TOML for each key whose value is not None: strings, numbers, lists of them."""
    # TOML's strings, numbers and lists are JSON's, but for DEL, which has to be escaped as well.
    return [
        f"{key} = {json.dumps(value, ensure_ascii=False)}".replace("\x7f", "\\u007f")
        for key, value in values.items()
        if value is not None
    ]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ModelMissingError(f"{path}: expected a file, found nothing there. Check the path.") from error
    except OSError as error:
        raise ModelError(f"{path}: can't be read: {error.strerror}.") from error
