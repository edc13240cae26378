"""How a command learns its model: --model, else EDGECLASSIFY_MODEL, else the built-in one."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edgeclassify.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from edgeclassify.config import Config
    from edgeclassify.types import ModelChoice

ENVIRONMENT = "EDGECLASSIFY_MODEL"


def not_empty(_: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """For options whose empty value would mean something else than was meant. As a click callback."""
    if value is not None and not value.strip():
        raise click.BadParameter(f"expected {parameter.metavar or 'a value'}, found nothing: {value!r}.")
    return value


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """What the options of `model_options` say, as they were given."""

    model: str
    labels: str | None
    runtime: str
    threads: int | None
    delegate: str | None
    delegate_option: tuple[str, ...]

    def choice(self) -> ModelChoice:
        """As a record. Raises UsageError for what can't be meant."""
        return model_section(
            self.model, self.labels, self.runtime, self.threads, self.delegate, self.delegate_option
        )


MODEL_OPTIONS = ("model", "labels", "runtime", "threads", "delegate", "delegate_option")
"""The names of the options, as click has them."""
_OPTION_KEY = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def model_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of MODEL_OPTIONS. The command gets `model`, a ModelOptions, in their place."""

    @functools.wraps(command)
    def with_options(*args: Any, **given: Any) -> Any:
        said = {name: given.pop(name) for name in MODEL_OPTIONS}
        return command(*args, model=ModelOptions(**said), **given)

    return _with_options(with_options)


def _with_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option(
            "--delegate-option",
            metavar="KEY=VALUE",
            multiple=True,
            help="What the delegate is told; may be given several times.",
        ),
        click.option(
            "--delegate",
            metavar="LIBRARY",
            callback=not_empty,
            help="Shared library of an accelerator, as libedgetpu.so.1. [default: none]",
        ),
        click.option(
            "--threads",
            type=click.IntRange(1, 64),
            help="Threads per invoke. [default: what is quickest here, as far as that is known]",
        ),
        click.option(
            "--runtime",
            type=click.Choice(["auto", "litert", "tflite-runtime"]),
            default="auto",
            show_default=True,
            help="What runs the model.",
        ),
        click.option(
            "--labels",
            metavar="FILE",
            callback=not_empty,
            help="Label file, when the model does not bring its own.",
        ),
        click.option(
            "--model",
            "-m",
            envvar=ENVIRONMENT,
            metavar="NAME|FILE",
            callback=not_empty,
            default="builtin",
            show_default=True,
            help=f"A name of the catalog or a .tflite file. [env: {ENVIRONMENT}]",
        ),
    ):
        command = option(command)
    return command


def model_section(
    model: str,
    labels: str | None = None,
    runtime: str = "auto",
    threads: int | None = None,
    delegate: str | None = None,
    delegate_option: Sequence[str] = (),
) -> ModelChoice:
    """The options as a [model] table. Raises UsageError for a path that no file can have.

    The config's own class would say the same, and take longer to import than many a model to open.
    """
    from edgeclassify.documents.faults import ConfigFault
    from edgeclassify.documents.table import Table
    from edgeclassify.documents.values import plain, with_home
    from edgeclassify.errors import UsageError
    from edgeclassify.types import ModelChoice
    from edgeclassify.types.model_choice import NO_DELEGATE, RUNTIMES, is_model_path

    def checked(value: str) -> str:
        return with_home(plain(value)) if is_model_path(value) else plain(value)

    def library(value: str) -> str:
        return with_home(plain(value)) if "/" in value else plain(value)

    given = {"--model": model, "--labels": labels, "--runtime": runtime, "--delegate": delegate}
    faults: list[ConfigFault] = []
    table = Table({key: value for key, value in given.items() if value is not None}, faults)
    name = table.text("--model", check=checked)
    label_file = table.path("--labels")
    runtime_name = table.choice("--runtime", RUNTIMES)
    accelerator = table.text("--delegate", check=library)
    if accelerator == NO_DELEGATE:
        accelerator = None
    options = _pairs(delegate_option)
    if options and delegate is None:
        raise UsageError("--delegate-option: expected with --delegate, found it without.")
    if faults or name is None or runtime_name is None:
        raise UsageError(" ".join(map(str, faults)))
    return ModelChoice(
        name=name,
        labels=label_file,
        runtime=runtime_name,
        threads=threads or "auto",
        delegate=None if accelerator is None else _from_here(accelerator),
        delegate_options=() if accelerator is None else options,
    )


def _from_here(library: str) -> str:
    """What is a path is meant from here."""
    return str(Path(library).expanduser().absolute()) if "/" in library else library


def _pairs(given: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """KEY=VALUE as pairs, by key. Raises UsageError."""
    from edgeclassify.errors import UsageError

    pairs: dict[str, str] = {}
    for one in given:
        key, sign, value = one.partition("=")
        if not sign or not _OPTION_KEY.fullmatch(key) or not value.isprintable():
            raise UsageError(f"--delegate-option: expected KEY=VALUE, as device=usb, found {one!r}.")
        pairs[key] = value
    return tuple(sorted(pairs.items()))


def default_model(config: Config) -> Config:
    """The config, with EDGECLASSIFY_MODEL as its model where the file names none."""
    name = os.environ.get(ENVIRONMENT)
    if not name or "name" in config.model.model_fields_set:
        return config
    return config.model_copy(update={"model": config.model.model_copy(update={"name": name})})
