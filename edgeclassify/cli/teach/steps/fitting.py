"""A model is fitted, and what came of it is said."""

from __future__ import annotations

import json

import click

from edgeclassify.cli.reports.teaching import manifest_record, print_line, print_manifest
from edgeclassify.model.catalog.places import service_folder
from edgeclassify.model.taught.places import resolve_taught
from edgeclassify.teaching.coverage import lacks
from edgeclassify.teaching.store.exporting import ENDING
from edgeclassify.teaching.teacher import Teacher


def fit_and_tell(teacher: Teacher, *, one_class: bool = False, as_json: bool = False) -> None:
    """Fit it. Raises EdgeClassifyError where the examples do not make a head."""
    refit = teacher.fit(one_class=one_class)
    missing = lacks(refit.manifest)
    if as_json:
        record = manifest_record(refit.manifest, missing, None)
        click.echo(json.dumps(record | {"seconds": round(refit.fitted.seconds, 3)}, indent=2))
        return
    print_manifest(refit.manifest, missing)
    before, now = refit.before, refit.manifest.head
    if before is not None and now is not None and before.accuracy != now.accuracy:
        was = f"{before.accuracy.right} of {before.accuracy.count} ({before.accuracy.share:.0%})"
        print_line(f"right when left out: {was} before, {now.accuracy.right} of {now.accuracy.count} now")
    name = teacher.name
    if hint := _out_of_sight(name):
        click.echo(f"edgeclassify: {hint}", err=True)
    print_line(f'Use it: edgeclassify classify --model {name} PICTURE, or model = "{name}" in a [[view]].')


def _out_of_sight(name: str) -> str:
    """What to do where the service of this machine does not find the model; nothing where it does."""
    service, place = service_folder(), resolve_taught(name)
    if service is None or place.is_relative_to(service):
        return ""
    file = f"/tmp/{name}{ENDING}"
    return (
        f"{name}: the service of this machine can't see it in {place.parent}. For the service: edgeclassify teach "
        f"{name} export {file} && sudo edgeclassify teach {name} import {file}"
    )


def rebase_and_tell(teacher: Teacher, base: str) -> None:
    """Put the model on another base."""
    rebased = teacher.rebase(base)
    name = rebased.manifest.name
    if rebased.left_out:
        click.echo(
            f"edgeclassify: {name}: left out: {len(rebased.left_out)} examples of which no picture was kept. To "
            f"have them back: edgeclassify teach {name} undo",
            err=True,
        )
