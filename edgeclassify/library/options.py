"""What a caller asks for when he opens a classifier, checked, as the record that opens one."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

from edgeclassify.errors import ArgumentError
from edgeclassify.suggestions import did_you_mean
from edgeclassify.types import Fit, ModelChoice, RuntimeName
from edgeclassify.types.model_choice import is_model_path

PathLike = str | os.PathLike[str]

MOST_THREADS = 64


def model_choice(
    model: PathLike,
    *,
    labels: PathLike | None,
    threads: Literal["auto"] | int,
    runtime: RuntimeName,
    fit: Fit,
    crop: float | None,
) -> ModelChoice:
    """The choice of these. Raises ArgumentError for one that can't be meant."""
    if threads != "auto" and (type(threads) is not int or not 1 <= threads <= MOST_THREADS):
        raise ArgumentError(f'threads: expected "auto" or 1 to {MOST_THREADS}, found {threads!r}.')
    if crop is not None and not (_is_number(crop) and 0 < crop <= 1):
        raise ArgumentError(f"crop: expected a share of 0 to 1 (0 not included), found {crop!r}.")
    return ModelChoice(
        name=_model_name(model),
        labels=None if labels is None else Path(_text("labels", labels)),
        runtime=one_of("runtime", runtime, get_args(RuntimeName)),
        threads=threads,
        fit=one_of("fit", fit, get_args(Fit)),
        crop=None if crop is None else float(crop),
    )


def one_of(name: str, value: object, known: Sequence[str]) -> str:
    """The value, which is one of the known ones. Raises ArgumentError."""
    if isinstance(value, str) and value in known:
        return value
    hint = did_you_mean(value, known) if isinstance(value, str) else ""
    raise ArgumentError(f"{name}: expected one of {', '.join(known)}, found {value!r}. {hint}".rstrip())


def _model_name(model: PathLike) -> str:
    """A path stays one, whatever its file is called."""
    text = _text("model", model)
    return text if isinstance(model, str) or is_model_path(text) else f"./{text}"


def _text(name: str, value: PathLike) -> str:
    try:
        text = os.fspath(value)
    except TypeError:
        text = None
    if not isinstance(text, str) or not text.strip() or "\0" in text:
        expected = "a name of the catalog, of a taught model, or a path" if name == "model" else "a path"
        raise ArgumentError(f"{name}: expected {expected}, found {value!r}.")
    return text


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
