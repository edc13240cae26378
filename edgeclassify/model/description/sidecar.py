"""The sidecar: `NAME.toml` beside `NAME.tflite`, what the model file does not say of itself or says wrongly."""

import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from edgeclassify.documents.faults import ConfigFault, report
from edgeclassify.documents.table import Table
from edgeclassify.documents.toml import parse_toml
from edgeclassify.errors import ModelError
from edgeclassify.files import read_plain_file
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.preprocess.normalization import Normalization
from edgeclassify.model.roles.settled_output_role import OUTPUT_WORDS, OutputWord
from edgeclassify.tempering import HIGHEST_TEMPERATURE, LOWEST_TEMPERATURE

MOST_BYTES = 1 << 20
CHANNELS: tuple[Literal["rgb", "bgr"], ...] = ("rgb", "bgr")

_LARGEST_OF_UNIT = 2.0
"""Means and deviations of pixels in 0-1 are smaller; those of pixels in 0-255 are not."""


@dataclass(frozen=True, slots=True)
class StatedNormalization:
    """(pixel / 255 - mean) / std, of R, G, B in 0-1; one number each, or one per channel."""

    mean: tuple[float, ...]
    std: tuple[float, ...]

    def to_normalization(self) -> Normalization:
        """In pixel units."""
        return Normalization.of_unit_range(self.mean, self.std)


@dataclass(frozen=True, slots=True)
class Golden:
    """A picture whose label is known, for the self-test; `label` must come out on top."""

    image: Path
    label: str


@dataclass(frozen=True, slots=True)
class Sidecar:
    """All that a sidecar may say.

    `labels`: a label file. `crop`: share of the shorter side that the centre crop keeps, in (0, 1]. `channels`:
    order of the colours in the model's input. `output`: what the output is. `temperature`: what the logits behind
    the scores are divided by before decisions. `background`: the label, or the labels, of what is nothing; None:
    what the label file calls so; empty: there is none. `sha256`: of the .tflite file, in hex.
    """

    labels: Path | None = None
    crop: float | None = None
    channels: Literal["rgb", "bgr"] = "rgb"
    output: OutputWord | None = None
    temperature: float | None = None
    background: str | tuple[str, ...] | None = None
    license: str | None = None
    source: str | None = None
    sha256: str | None = None
    normalization: StatedNormalization | None = None
    golden: Golden | None = None

    @property
    def background_labels(self) -> tuple[str, ...] | None:
        """`background` as labels; None: nothing is said of it."""
        said = (self.background,) if isinstance(self.background, str) else self.background
        return None if said is None else tuple(label for label in said if label)


EMPTY = Sidecar()


def sidecar_path(model: Path) -> Path:
    """Where the sidecar of a .tflite file is: the same name, ending in .toml."""
    return model.with_suffix(".toml")


def read_sidecar(model: Path) -> Sidecar:
    """The sidecar of a .tflite file, its paths made whole; an empty one where there is none.

    Raises ModelError, all faults at once.
    """
    path = sidecar_path(model)
    try:
        content = read_plain_file(path, MOST_BYTES)
        text = content.decode("utf-8-sig")
    except FileNotFoundError:
        return EMPTY
    except UnicodeDecodeError as error:
        raise ModelError(f"{path}: expected UTF-8 text, found other bytes. Save the file as UTF-8.") from error
    except OSError as error:
        raise ModelError(f"{path}: the model's sidecar can't be read: {error.strerror}.") from error
    if len(content) > MOST_BYTES:
        raise ModelError(f"{path}: expected a sidecar of at most {MOST_BYTES >> 10} KB, found more.")
    return _resolved(_parsed(text, path), path.parent)


def _parsed(text: str, path: Path) -> Sidecar:
    try:
        document = parse_toml(text)
    except ValueError as error:
        raise ModelError(f"{path}: not valid TOML: {error}") from error
    faults: list[ConfigFault] = []
    sidecar = _sidecar(document, faults)
    if faults:
        raise ModelError(report(str(path), faults))
    return sidecar


def _sidecar(document: dict[str, Any], faults: list[ConfigFault]) -> Sidecar:
    table = Table(document, faults)
    sidecar = Sidecar(
        labels=table.path("labels"),
        crop=table.number("crop", above=0, most=1),
        channels=table.choice("channels", CHANNELS) or "rgb",
        output=table.choice("output", OUTPUT_WORDS),
        temperature=table.number("temperature", least=LOWEST_TEMPERATURE, most=HIGHEST_TEMPERATURE),
        background=table.text_or_texts("background"),
        license=table.text("license"),
        source=table.text("source"),
        sha256=table.text("sha256", check=_hex),
        normalization=read_normalization(table.table("normalization")),
        golden=read_golden(table.table("golden")),
    )
    table.end()
    return sidecar


def read_normalization(table: Table | None) -> StatedNormalization | None:
    """[normalization] of a sidecar or of an entry of the catalog; faults are noted in the table's list."""
    if table is None:
        return None
    mean = table.numbers("mean", _unit_numbers, needed=True)
    std = table.numbers("std", _deviations, needed=True)
    table.end()
    return None if mean is None or std is None else StatedNormalization(mean, std)


def read_golden(table: Table | None) -> Golden | None:
    """[golden] of a sidecar or of an entry of the catalog; faults are noted in the table's list."""
    if table is None:
        return None
    image, label = table.path("image", needed=True), table.text("label", needed=True, may_be_empty=False)
    table.end()
    return None if image is None or label is None else Golden(image, label)


def _unit_numbers(values: tuple[float, ...]) -> tuple[float, ...]:
    if len(values) not in (1, 3) or not all(map(math.isfinite, values)):
        raise ValueError("a list of 1 or 3 finite numbers")
    if max(map(abs, values)) > _LARGEST_OF_UNIT:
        raise ValueError("numbers for pixels of 0-1 (those for pixels of 0-255, divided by 255)")
    return values


def _deviations(values: tuple[float, ...]) -> tuple[float, ...]:
    if min(_unit_numbers(values)) <= 0:
        raise ValueError("numbers above 0")
    return values


def _hex(value: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", value):
        raise ValueError("64 hexadecimal digits")
    return value.lower()


def _resolved(sidecar: Sidecar, folder: Path) -> Sidecar:
    labels, golden = sidecar.labels, sidecar.golden
    return replace(
        sidecar,
        labels=None if labels is None else folder / labels,
        golden=None if golden is None else replace(golden, image=folder / golden.image),
    )
