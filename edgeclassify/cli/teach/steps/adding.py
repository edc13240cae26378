"""Pictures become examples, with progress, and a line of what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from edgeclassify.cli.reports.teaching import count_of
from edgeclassify.cli.support.progress import bar_of, items_with_bar
from edgeclassify.cli.support.teaching.camera_pictures import PER_EXAMPLE, camera_pictures
from edgeclassify.cli.support.teaching.file_pictures import FilePictures
from edgeclassify.cli.support.teaching.labels import NONE_OF_THEM, shown_label
from edgeclassify.config import CameraConfig
from edgeclassify.errors import MissingInputError, UsageError
from edgeclassify.model.taught.manifest import Manifest
from edgeclassify.preflight.one_frame import named_camera, opened_camera
from edgeclassify.service.sandbox import config_seen
from edgeclassify.suggestions import did_you_mean
from edgeclassify.teaching.outcomes import Added
from edgeclassify.teaching.teacher import Teacher
from edgeclassify.types import FULL_FRAME, Roi


def add_of_files(
    teacher: Teacher, label: str | None, locations: Sequence[str], base: str | None, *, verify: bool
) -> int:
    """Make examples of all pictures that can be read; says which can't, and how many those are.

    Raises the first one's error where there is no other.
    """
    pictures = FilePictures(locations, partial(items_with_bar, doing="looking at the pictures"), verify=verify)
    try:
        added = teacher.add(label, pictures, base=base)
    except MissingInputError as error:
        raise (pictures.faults or [error])[0] from error
    for fault in pictures.faults:
        click.echo(f"edgeclassify: left out: {fault}", err=True)
    tell_added(added, label)
    return len(pictures.faults)


def add_of_camera(
    teacher: Teacher,
    label: str | None,
    path: Path,
    camera_name: str | None,
    view: str | None,
    count: int,
    seconds: float,
    base: str | None,
) -> None:
    """Make examples of what a camera of the config shows now. Raises ConfigError, UsageError or SourceError."""
    camera, region, labels_only = _looked_at(path, camera_name, view)
    embedder = teacher.embedder(base)
    source = opened_camera(camera, "request/teach/add", embedder.wanted_side(region))
    try:
        with bar_of(f"watching {camera.name} for {seconds:g} s", PER_EXAMPLE * count) as advance:
            pictures = camera_pictures(source, view, region, embedder, count, seconds, advance)
    finally:
        source.close()
    added = teacher.add(label, pictures, base=base, keep_pictures=False if labels_only else None)
    if len(pictures) < count:
        found = f"found {len(pictures)} pictures that differ, not {count}"
        click.echo(f"edgeclassify: {camera.name}: {found}.", err=True)
    tell_added(added, label)


def _looked_at(path: Path, camera_name: str | None, view_name: str | None) -> tuple[CameraConfig, Roi, bool]:
    """The camera, the region of it, and whether pictures are ruled out."""
    config = config_seen(path)[0]
    if view_name is None:
        return named_camera(config, camera_name), FULL_FRAME, config.node.labels_only
    views = {view.name: view for view in config.views()}
    view = views.get(view_name)
    if view is None:
        hint = did_you_mean(view_name, views)
        raise UsageError(f"--view: expected one of {', '.join(views)}; found {view_name}. {hint}".rstrip())
    if camera_name not in (None, view.camera):
        raise UsageError(
            f"--camera: expected {view.camera}, which the view {view_name} is of; found {camera_name}."
        )
    return config.camera_of(view), view.region, config.node.labels_only


def tell_added(added: Added, label: str | None) -> None:
    """How many there are now."""
    manifest, teach = added.manifest, f"edgeclassify teach {added.manifest.name}"
    counts = ", ".join(f"{one} {count_of(manifest, one)}" for one in manifest.labels)
    new = "1 new example" if len(added.new) == 1 else f"{len(added.new)} new examples"
    known = f", {_that(len(added.known))} there already" if added.known else ""
    moved = f", {_that(len(added.moved))} of another class" if added.moved else ""
    click.echo(f"{manifest.name}: {shown_label(label)}: {new}{known}{moved}. Now: {counts or 'no class yet'}.")
    if label is not None and count_of(manifest, label) == len(added.new) + len(added.moved):
        # A mistyped class shows in the counts; this one would not be missed there.
        hint = did_you_mean(label.casefold(), (NONE_OF_THEM,))
        if hint:
            click.echo(f"edgeclassify: {label} is a class of its own now. {hint} Then: {teach} undo", err=True)


def tell_next(manifest: Manifest) -> None:
    """What is to be done next, where anything is."""
    teach = f"edgeclassify teach {manifest.name}"
    if manifest.is_fitted:
        return
    if not manifest.one_class and len({one.label for one in manifest.examples}) < 2:
        click.echo(f"Next, another class: {teach} add LABEL PICTURES")
    else:
        click.echo(f"Next: {teach} fit")


def _that(count: int) -> str:
    return f"{count} that {'was' if count == 1 else 'were'}"
