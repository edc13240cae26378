"""A recording, brought from the daemon's folder to where it was asked for, with the images beside it."""

import os
import shutil
from pathlib import Path

import click

from edgeclassify.cli.support.progress import items_with_bar
from edgeclassify.errors import StorageError, UsageError
from edgeclassify.files import printable
from edgeclassify.recording.format.frame_images import images_folder


def check_free(file: Path, *, with_images: bool) -> None:
    """Raises UsageError where something is there already that a recording would be written over."""
    if file.exists():
        raise UsageError(f"{file}: expected a name that is free, found a file there. Choose another one.")
    if with_images and (folder := images_folder(file)).exists():
        raise UsageError(
            f"{folder}: expected a name that is free, for the pictures, found one that is not. Choose "
            "another FILE."
        )


def fetch(recorded: Path, file: Path) -> None:
    """Copy it to `file`; the daemon's own goes then. Raises StorageError; it is where it was then."""
    own, images = images_folder(recorded), images_folder(file)
    try:
        with recorded.open("rb") as source, file.open("xb") as target:
            shutil.copyfileobj(source, target)
    except OSError as error:
        raise StorageError(
            f"{file}: the recording can't be copied there: {error.strerror or error}. It is {recorded}."
        ) from error
    if own.is_dir():
        try:
            _copy_images(own, images)
        except OSError as error:
            raise StorageError(
                f"{images}: the pictures can't be copied there: {error.strerror or error}. They are in {own}."
            ) from error
    try:
        if own.is_dir():
            shutil.rmtree(own)
        recorded.unlink()
    except OSError:
        click.echo(
            f"edgeclassify: {printable(recorded)}: stays there too, since only the daemon's user may remove it",
            err=True,
        )


def _copy_images(own: Path, images: Path) -> None:
    """For their user and group alone, there too."""
    images.mkdir(mode=0o750)
    for path in items_with_bar(sorted(own.glob("*.jpg")), "copying pictures"):
        descriptor = os.open(images / path.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)
        with os.fdopen(descriptor, "wb") as target, path.open("rb") as source:
            shutil.copyfileobj(source, target)
