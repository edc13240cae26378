"""The commands, one module each; a module is imported only when its command runs, so that --help is quick."""

import click

from edgeclassify import __version__
from edgeclassify.cli.support.lazy_group import LazyGroup

MODULES = (
    "setup", "run", "web", "watch", "fleet", "ingest", "history", "demo", "classify", "archive", "teach",
    "cameras", "snapshot", "check", "models", "calibrate", "record", "replay", "tune", "explain", "service",
    "updates", "doctor", "bench",
)  # fmt: skip
HIDDEN = ("reference",)
"""For those who make a package of it."""


@click.group(
    cls=LazyGroup,
    package=__name__,
    names=MODULES,
    hidden=HIDDEN,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="edgeclassify")
def commands() -> None:
    """Turn a camera into a trustworthy MQTT sensor: a quantized MobileNet, labels over MQTT.

    \b
    Try it, without camera or broker:   edgeclassify demo
    Which class is this picture?        edgeclassify classify photo.jpg
    """
