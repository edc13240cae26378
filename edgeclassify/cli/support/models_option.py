"""How a command learns its model: --model, else EDGECLASSIFY_MODEL, else the built-in one."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from edgeclassify.config import Config
    from edgeclassify.types import ModelChoice

ENVIRONMENT = "EDGECLASSIFY_MODEL"


def not_empty(_: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """For options whose empty value would mean something else than was meant. As a click callback."""
    if value is not None and not value.strip():
        raise click.BadParameter(f"expected {parameter.metavar or 'a value'}, found nothing: {value!r}.")
    return value


def model_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options --model, --labels, --runtime and --threads."""
    for option in (
        click.option(
            "--threads",
            type=click.IntRange(1, 64),
            help="Threads per invoke. [default: the cores, at most 4]",
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


def model_section(model: str, labels: str | None, runtime: str, threads: int | None) -> ModelChoice:
    """The options as a [model] table. Raises UsageError for a path that no file can have."""
    from pydantic import ValidationError

    from edgeclassify.config import ModelConfig
    from edgeclassify.config.faults import faults_of
    from edgeclassify.errors import UsageError

    document = {"name": model, "labels": labels, "runtime": runtime, "threads": threads or "auto"}
    try:
        return ModelConfig.model_validate(document).choice
    except ValidationError as error:
        faults = faults_of(error, document, ModelConfig)
        options = (f"--{fault}".replace("--name:", "--model:", 1) for fault in faults)
        raise UsageError(" ".join(options)) from error


def default_model(config: Config) -> Config:
    """The config, with EDGECLASSIFY_MODEL as its model where the file names none."""
    name = os.environ.get(ENVIRONMENT)
    if not name or "name" in config.model.model_fields_set:
        return config
    return config.model_copy(update={"model": config.model.model_copy(update={"name": name})})
