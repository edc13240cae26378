"""One entry of the catalog: a TOML file that says where a model comes from and what it is."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator

from edgeclassify.config.base import Section, Temperature
from edgeclassify.config.faults import faults_of, report
from edgeclassify.config.toml import parse_toml
from edgeclassify.config.values import File, expanded
from edgeclassify.errors import ConfigError
from edgeclassify.model.description.sidecar import NormalizationSection
from edgeclassify.model.roles.settled_output_role import OutputWord

NAME_RULE = "letters, digits, ., - and _, at most 64, starting with a letter or digit"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_WITH_URL_ONLY = ("labels", "crop", "channels", "output", "temperature", "normalization", "golden")


def _web_address(value: str | None) -> str | None:
    if value is not None:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or not file_name(value):
            raise ValueError("a URL of a file, http://… or https://…")
    return value


def _checksum(value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", value):
        raise ValueError("a sha256: 64 hexadecimal digits")
    return None if value is None else value.lower()


def file_name(url: str) -> str:
    """The last part of a URL's path: the file's name."""
    return Path(unquote(urlsplit(url).path)).name


class LabelsSource(Section):
    """[labels]: the label file, one label per line."""

    url: str = Field(..., description="Where the label file is.")
    sha256: str = Field(..., description="Its checksum, in hex.")

    _url = field_validator("url")(_web_address)
    _sha256 = field_validator("sha256")(_checksum)


class Accuracy(Section):
    """[accuracy]: what was published, and where."""

    top1: Annotated[float, Field(ge=0, le=100)] = Field(..., description="Top-1 accuracy in percent.")
    dataset: str = Field(..., description="What it was measured on.")
    source: str = Field(..., description="Where the figure stands.")


class GoldenSource(Section):
    """[golden]: an image whose label is known, for the self-test."""

    image: File = Field(..., description="Picture, relative to the entry's file.")
    label: Annotated[str, Field(min_length=1)] = Field(..., description="The label that must come out on top.")


class EntryFacts(Section):
    """What an entry's file says. Either `url` (with `sha256`): to be fetched; or `file`: a model that is here."""

    description: Annotated[str, Field(min_length=1)] = Field(..., description="One line: what the model is.")
    url: str | None = Field(None, description="Where the .tflite file is.")
    file: File | None = Field(None, description="A .tflite file, relative to the entry's file.")
    sha256: str | None = Field(None, description="Checksum of the .tflite file, in hex.")
    size: Annotated[int, Field(gt=0)] | None = Field(None, description="Size of the .tflite file in bytes.")
    license: Annotated[str, Field(min_length=1)] | None = Field(None, description="Licence (SPDX).")
    source: str | None = Field(None, description="Where the model comes from, for people.")
    crop: Annotated[float, Field(gt=0, le=1)] | None = Field(None, description="Share of the shorter side.")
    channels: Literal["rgb", "bgr"] | None = Field(None, description="Order of the colours in the model's input.")
    output: OutputWord | None = Field(None, description="What the output is, as in a sidecar.")
    temperature: Temperature | None = Field(None, description="Of the scores, as in a sidecar.")
    labels: LabelsSource | None = None
    normalization: NormalizationSection | None = None
    accuracy: Accuracy | None = None
    golden: GoldenSource | None = None

    _url = field_validator("url")(_web_address)
    _sha256 = field_validator("sha256")(_checksum)

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.url is None) == (self.file is None):
            raise ValueError("either url (to be fetched) or file (a model that is here)")
        if self.url is not None and self.sha256 is None:
            raise ValueError("a sha256 where there is a url")
        misplaced = [key for key in _WITH_URL_ONLY if self.file is not None and getattr(self, key) is not None]
        if misplaced:
            raise ValueError(f"{', '.join(misplaced)} in the sidecar beside the model ({self.file}) and not here")
        return self


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
    try:
        return CatalogEntry(path.stem, path, EntryFacts.model_validate(document))
    except ValidationError as error:
        raise ConfigError(report(str(path), faults_of(error, document, EntryFacts))) from error
