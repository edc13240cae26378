"""One entry of the catalog: a TOML file that says where a model comes from and what it is."""

import re
from pathlib import Path
from typing import Any, Literal

from edgeclassify.documents.faults import ConfigFault, found_text, report
from edgeclassify.documents.table import Table
from edgeclassify.documents.toml import parse_toml
from edgeclassify.documents.values import expanded
from edgeclassify.errors import ConfigError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.description.sidecar import (
    CHANNELS,
    Golden,
    StatedNormalization,
    read_golden,
    read_normalization,
)
from edgeclassify.model.roles.settled_output_role import OUTPUT_WORDS, OutputWord
from edgeclassify.tempering import HIGHEST_TEMPERATURE, LOWEST_TEMPERATURE

NAME_RULE = "letters, digits, ., - and _, at most 64, starting with a letter or digit"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_WITH_URL_ONLY = ("labels", "crop", "channels", "output", "temperature", "normalization", "golden")


@dataclass(frozen=True, slots=True)
class LabelsSource:
    """The label file, one label per line: where it is, and its checksum, in hex."""

    url: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Accuracy:
    """What was published: in percent, on which data, and where the figure stands."""

    top1: float
    dataset: str
    source: str


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What an entry's file says. Either `url` (with `sha256`): to be fetched; or `file`: a model that is here.

    `description`: one line, what the model is. `file`: a .tflite file, relative to the entry's file, as is the
    image of `golden`. `sha256`, `size`: of the .tflite file, in hex and in bytes. `license`: SPDX. `source`: where
    the model comes from, for people. The rest: as in a sidecar.
    """

    description: str
    url: str | None = None
    file: Path | None = None
    sha256: str | None = None
    size: int | None = None
    license: str | None = None
    source: str | None = None
    crop: float | None = None
    channels: Literal["rgb", "bgr"] | None = None
    output: OutputWord | None = None
    temperature: float | None = None
    labels: LabelsSource | None = None
    normalization: StatedNormalization | None = None
    accuracy: Accuracy | None = None
    golden: Golden | None = None


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """A named model. `path` is the TOML file that describes it."""

    name: str
    path: Path
    facts: EntryFacts

    @property
    def local_file(self) -> Path | None:
        """The .tflite file of an entry that needs no fetching."""
        return None if self.facts.file is None else self.path.parent / expanded(self.facts.file)

    @property
    def golden_image(self) -> Path | None:
        """The golden image, where the entry has one."""
        golden = self.facts.golden
        return None if golden is None else self.path.parent / expanded(golden.image)


def is_model_name(name: str) -> bool:
    """True where a model can have this name (NAME_RULE)."""
    return _NAME.fullmatch(name) is not None


def read_entry(path: Path) -> CatalogEntry:
    """Read one entry; its name is the file's. Raises ConfigError with every fault in one message."""
    if not is_model_name(path.stem):
        raise ConfigError(
            f"{path}: expected a file name of {NAME_RULE} (it is the model's name), found {path.stem!r}. "
            "Rename the file."
        )
    try:
        document = parse_toml(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: expected UTF-8 text, found other bytes. Save the file as UTF-8.") from error
    except ValueError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    except OSError as error:
        raise ConfigError(f"{path}: the catalog entry can't be read: {error.strerror}.") from error
    faults: list[ConfigFault] = []
    facts = _facts(Table(document, faults))
    if not faults:
        faults += _wrong_together(facts, document)
    if faults:
        raise ConfigError(report(str(path), faults))
    return CatalogEntry(path.stem, path, facts)


def file_name(url: str) -> str:
    """The last part of a URL's path: the file's name."""
    from urllib.parse import unquote, urlsplit  # for models that are fetched

    return Path(unquote(urlsplit(url).path)).name


def _facts(table: Table) -> EntryFacts:
    facts = EntryFacts(
        description=table.text("description", needed=True, may_be_empty=False) or "",
        url=table.text("url", check=_web_address),
        file=table.path("file"),
        sha256=table.text("sha256", check=_checksum),
        size=table.count("size", above=0),
        license=table.text("license", may_be_empty=False),
        source=table.text("source"),
        crop=table.number("crop", above=0, most=1),
        channels=table.choice("channels", CHANNELS),
        output=table.choice("output", OUTPUT_WORDS),
        temperature=table.number("temperature", least=LOWEST_TEMPERATURE, most=HIGHEST_TEMPERATURE),
        labels=_labels(table.table("labels")),
        normalization=read_normalization(table.table("normalization")),
        accuracy=_accuracy(table.table("accuracy")),
        golden=read_golden(table.table("golden")),
    )
    table.end()
    return facts


def _labels(table: Table | None) -> LabelsSource | None:
    if table is None:
        return None
    url = table.text("url", needed=True, check=_web_address)
    sha256 = table.text("sha256", needed=True, check=_checksum)
    table.end()
    return None if url is None or sha256 is None else LabelsSource(url, sha256)


def _accuracy(table: Table | None) -> Accuracy | None:
    if table is None:
        return None
    top1 = table.number("top1", needed=True, least=0, most=100)
    dataset, source = table.text("dataset", needed=True), table.text("source", needed=True)
    table.end()
    return None if top1 is None or dataset is None or source is None else Accuracy(top1, dataset, source)


def _wrong_together(facts: EntryFacts, document: dict[str, Any]) -> list[ConfigFault]:
    """What is wrong although each key is right."""
    misplaced = [key for key in _WITH_URL_ONLY if facts.file is not None and getattr(facts, key) is not None]
    if (facts.url is None) == (facts.file is None):
        expected = "either url (to be fetched) or file (a model that is here)"
    elif facts.url is not None and facts.sha256 is None:
        expected = "a sha256 where there is a url"
    elif misplaced:
        expected = f"{', '.join(misplaced)} in the sidecar beside the model ({facts.file}) and not here"
    else:
        return []
    return [ConfigFault("the file", expected, found_text((), document))]


def _web_address(value: str) -> str:
    from urllib.parse import urlsplit

    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or not file_name(value):
        raise ValueError("a URL of a file, http://… or https://…")
    return value


def _checksum(value: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", value):
        raise ValueError("a sha256: 64 hexadecimal digits")
    return value.lower()
