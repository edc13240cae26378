"""The sidecar: `NAME.toml` beside `NAME.tflite`, what the model file does not say of itself or says wrongly."""

import math
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, field_validator

from edgeclassify.config.base import Section, Temperature
from edgeclassify.config.faults import faults_of, report
from edgeclassify.config.toml import parse_toml
from edgeclassify.config.values import File
from edgeclassify.errors import ModelError
from edgeclassify.files import read_plain_file
from edgeclassify.model.preprocess.normalization import Normalization
from edgeclassify.model.roles.settled_output_role import OutputWord

MOST_BYTES = 1 << 20

_LARGEST_OF_UNIT = 2.0
"""Means and deviations of pixels in 0-1 are smaller; those of pixels in 0-255 are not."""


class NormalizationSection(Section):
    """[normalization]: (pixel / 255 - mean) / std, of R, G, B in 0-1; one number, or one per channel."""

    mean: Annotated[tuple[float, ...], Field(strict=False)] = Field(..., description="Means of R, G, B in 0-1.")
    std: Annotated[tuple[float, ...], Field(strict=False)] = Field(
        ..., description="Standard deviations of R, G, B in 0-1."
    )

    @field_validator("mean", "std")
    @classmethod
    def _count(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if len(value) not in (1, 3) or not all(map(math.isfinite, value)):
            raise ValueError("a list of 1 or 3 finite numbers")
        if max(map(abs, value)) > _LARGEST_OF_UNIT:
            raise ValueError("numbers for pixels of 0-1 (those for pixels of 0-255, divided by 255)")
        return value

    @field_validator("std")
    @classmethod
    def _positive(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if min(value) <= 0:
            raise ValueError("numbers above 0")
        return value

    def to_normalization(self) -> Normalization:
        """In pixel units."""
        return Normalization.of_unit_range(self.mean, self.std)


class GoldenSection(Section):
    """[golden]: an image whose label is known, for the self-test."""

    image: File = Field(..., description="Picture, relative to the sidecar.")
    label: Annotated[str, Field(min_length=1)] = Field(..., description="The label that must come out on top.")


class Sidecar(Section):
    """All that a sidecar may say. Paths are relative to it; `read_sidecar` makes them whole."""

    labels: File | None = Field(None, description="Label file.")
    crop: Annotated[float, Field(gt=0, le=1)] | None = Field(
        None, description="Share of the shorter side that the centre crop keeps."
    )
    channels: Literal["rgb", "bgr"] = Field("rgb", description="Order of the colours in the model's input.")
    output: OutputWord | None = Field(
        None,
        description="What the output is: probabilities, logits (softmax) or sigmoid (several labels at once).",
    )
    temperature: Temperature | None = Field(
        None, description="What the logits behind the scores are divided by before decisions; default: 1."
    )
    background: str | Annotated[tuple[str, ...], Field(strict=False)] | None = Field(
        None,
        description="Label, or labels, of what is nothing: they start no event and count for unknown. Default: "
        "what the label file calls background, none, other or nothing; []: there is none.",
    )
    license: str | None = Field(None, description="Licence of the model.")
    source: str | None = Field(None, description="Where the model came from.")
    sha256: str | None = Field(None, description="Checksum of the .tflite file, in hex.")
    normalization: NormalizationSection | None = None
    golden: GoldenSection | None = None

    @field_validator("sha256")
    @classmethod
    def _hex(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", value):
            raise ValueError("64 hexadecimal digits")
        return None if value is None else value.lower()

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
    """The sidecar of a .tflite file, an empty one where there is none. Raises ModelError, all faults at once."""
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
    try:
        return Sidecar.model_validate(document)
    except ValidationError as error:
        raise ModelError(report(str(path), faults_of(error, document, Sidecar))) from error


def _resolved(sidecar: Sidecar, folder: Path) -> Sidecar:
    golden = sidecar.golden
    return sidecar.model_copy(
        update={
            "labels": None if sidecar.labels is None else folder / sidecar.labels,
            "golden": None if golden is None else golden.model_copy(update={"image": folder / golden.image}),
        }
    )
