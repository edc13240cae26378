"""`edgeclassify snapshot`: one image of a camera, for aiming and focusing it over ssh."""

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edgeclassify.cli.support.config_option import config_option

if TYPE_CHECKING:
    from edgeclassify.config import CameraConfig
    from edgeclassify.sources.interface import FrameSource
    from edgeclassify.types import Frame, Roi

BAR = 30
LINE_S = 0.5
"""Between two lines of --watch where standard output is no terminal."""


@click.command(short_help="One picture of a camera, for aiming and focusing it.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option("--camera", "name", help="The camera's name in the config; not needed where there is only one.")
@config_option
@click.option("--source", help="A source in place of a camera of the config, e.g. picamera:0.")
@click.option(
    "--settle", type=click.FloatRange(0, 60), default=1.0, show_default=True, help="Seconds before the picture."
)
@click.option(
    "--watch", is_flag=True, help="Print the focus again and again while you turn the lens, until Ctrl-C."
)
def snapshot(
    file: Path | None, name: str | None, path: Path, source: str | None, settle: float, watch: bool
) -> None:
    """Take one picture of a camera into FILE, a JPEG, with the views' regions outlined.

    The focus is a figure without unit: turn the lens until it is largest. The daemon must not be running: a camera
    has one user.

    \b
    Example:  edgeclassify snapshot --camera front front.jpg
              edgeclassify snapshot --source picamera:0 --watch
    """
    from edgeclassify.errors import UsageError
    from edgeclassify.preflight.one_frame import next_frame, opened_camera

    if file is None and not watch:
        raise click.UsageError("Missing argument 'FILE': where the picture goes. (--watch works without.)")
    if file is not None and file.suffix.lower() not in (".jpg", ".jpeg"):
        raise UsageError(f"{file}: expected a name that ends in .jpg: pictures are JPEGs.")
    camera, views, labels_only = _camera(path, name, source)
    if file is not None and labels_only:
        raise UsageError(f"{file}: no pictures: node.labels_only is true. --watch without FILE stores none.")
    opened = opened_camera(camera, "request/snapshot")
    try:
        if watch:
            watch_focus(opened, settle)
        frame = next_frame(opened, 0.0 if watch else settle).shown
        if file is not None:
            _store(frame, views, file)
    finally:
        opened.close()


def _camera(path: Path, name: str | None, source: str | None) -> "tuple[CameraConfig, Mapping[str, Roi], bool]":
    """The camera, the regions of its views, and whether images are ruled out."""
    from edgeclassify.config import parse_config
    from edgeclassify.preflight.one_frame import named_camera
    from edgeclassify.service.sandbox import config_seen

    if source is not None:
        document = {"camera": [{"source": source}]}
        return parse_config(document, "--source", Path.cwd()).camera[0], {}, False
    config = config_seen(path)[0]
    camera = named_camera(config, name)
    views = {view.name: view.region for view in config.views() if view.camera == camera.name}
    return camera, views, config.node.labels_only


def watch_focus(source: "FrameSource", settle: float, line_s: float = LINE_S) -> None:
    """A line for each frame, until Ctrl-C: what is now, and what was best.

    `line_s`: seconds from one to the next where they are not written over.
    """
    from edgeclassify.pixels import brightness, sharpness
    from edgeclassify.preflight.one_frame import next_frame

    on_terminal = sys.stdout is not None and sys.stdout.isatty()
    best, print_at = 0.0, 0.0
    frame = next_frame(source, settle).shown
    try:
        while True:
            focus = sharpness(frame)
            best = max(best, focus)
            figures = f"best {best:7.2f}  brightness {brightness(frame):.2f}"
            if on_terminal:
                click.echo(f"\rfocus {focus:7.2f} {_bar(focus, best)} {figures} ", nl=False)
            elif time.monotonic() >= print_at:
                # Lines, for a file or another program: not as many as the camera has frames.
                click.echo(f"focus {focus:7.2f}  {figures}")
                print_at = time.monotonic() + line_s
            frame = next_frame(source).shown
    except KeyboardInterrupt:
        if on_terminal:
            click.echo()


def _bar(focus: float, best: float) -> str:
    filled = round(BAR * focus / best) if best else 0
    return "█" * filled + "·" * (BAR - filled)


def _store(frame: "Frame", views: "Mapping[str, Roi]", file: Path) -> None:
    from edgeclassify.errors import StorageError
    from edgeclassify.files import replace_file
    from edgeclassify.pictures.jpeg import aiming_jpeg
    from edgeclassify.pixels import brightness, sharpness

    jpeg = aiming_jpeg(frame, views)
    try:
        replace_file(file, jpeg.data)
    except OSError as error:
        raise StorageError(
            f"{file}: can't be written: {error.strerror or error}. Choose another place."
        ) from error
    click.echo(
        f"{file}: {jpeg.width}x{jpeg.height}, focus {sharpness(frame):.2f}, brightness {brightness(frame):.2f}"
    )
