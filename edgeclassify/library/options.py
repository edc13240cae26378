"""What a caller asks for when he opens a classifier, checked, as the record that opens one."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, get_args

from edgeclassify.errors import ArgumentError
from edgeclassify.library.numbers import as_int
from edgeclassify.suggestions import did_you_mean
from edgeclassify.types import Fit, ModelChoice, RuntimeName
from edgeclassify.types.model_choice import NO_DELEGATE, is_model_path

PathLike = str | os.PathLike[str]

DelegateOptions = Mapping[str, str | bool | int | float]

MOST_THREADS = 64


def model_choice(
    model: PathLike,
    *,
    labels: PathLike | None,
    threads: Literal["auto"] | int,
    runtime: RuntimeName,
    fit: Fit,
    crop: float | None,
    delegate: PathLike | None,
    delegate_options: DelegateOptions | None,
) -> ModelChoice:
    """The choice of these. Raises ArgumentError for one that can't be meant."""
    number = as_int(threads)
    if threads != "auto" and (number is None or not 1 <= number <= MOST_THREADS):
        raise ArgumentError(f'threads: expected "auto" or 1 to {MOST_THREADS}, found {threads!r}.')
    if crop is not None and not (_is_number(crop) and 0 < crop <= 1):
        raise ArgumentError(f"crop: expected a share of 0 to 1 (0 not included), found {crop!r}.")
    if delegate == NO_DELEGATE:
        delegate = None
    _check_one_of("runtime", runtime, get_args(RuntimeName))
    _check_one_of("fit", fit, get_args(Fit))
    return ModelChoice(
        name=_model_name(model),
        labels=None if labels is None else Path(_with_home(_text("labels", labels))),
        runtime=runtime,
        threads="auto" if number is None else number,
        fit=fit,
        crop=None if crop is None else float(crop),
        delegate=None if delegate is None else _with_home(_text("delegate", delegate)),
        delegate_options=_options(delegate, delegate_options),
    )


def whole_number(name: str, value: object, least: int, most: int) -> int:
    """The value, which is one of least to most. Raises ArgumentError."""
    number = as_int(value)
    if number is not None and least <= number <= most:
        return number
    raise ArgumentError(f"{name}: expected a whole number of {least} to {most}, found {value!r}.")


def _check_one_of(name: str, value: object, known: Sequence[str]) -> None:
    if not isinstance(value, str) or value not in known:
        hint = did_you_mean(value, known) if isinstance(value, str) else ""
        raise ArgumentError(f"{name}: expected one of {', '.join(known)}, found {value!r}. {hint}".rstrip())


def _model_name(model: PathLike) -> str:
    """A path stays one, whatever its file is called."""
    text = _text("model", model)
    if is_model_path(text):
        return _with_home(text)
    return text if isinstance(model, str) else f"./{text}"


def _text(name: str, value: PathLike) -> str:
    try:
        text = os.fspath(value)
    except TypeError:
        text = None
    if not isinstance(text, str) or not text.strip() or "\0" in text:
        expected = "a name of the catalog, of a taught model, or a path" if name == "model" else "a path"
        raise ArgumentError(f"{name}: expected {expected}, found {value!r}.")
    return text


def _with_home(text: str) -> str:
    """A path with the home folder that ~ stands for."""
    return str(Path(text).expanduser()) if text.startswith("~") else text


def _options(delegate: object, options: DelegateOptions | None) -> tuple[tuple[str, str], ...]:
    if options is None:
        return ()
    if delegate is None:
        raise ArgumentError("delegate_options: expected with a delegate alone, found them without one.")
    if not isinstance(options, Mapping) or not all(isinstance(key, str) for key in options):
        raise ArgumentError(f'delegate_options: expected a dict, as {{"device": "usb"}}, found {options!r}.')
    # As delegates read them: all is text.
    texts = {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in options.items()}
    return tuple(sorted(texts.items()))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
