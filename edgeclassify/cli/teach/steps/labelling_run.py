"""Looks are labelled, by options or by asking, and the model is fitted to what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click

from edgeclassify.cli.support.teaching.answers import Answer
from edgeclassify.cli.support.teaching.look_file import LooksOfNode
from edgeclassify.cli.teach.steps.fitting import fit_and_tell
from edgeclassify.cli.teach.steps.labelling import Labelling
from edgeclassify.errors import UnknownModelError
from edgeclassify.model.taught.manifest import Manifest
from edgeclassify.teaching.look_groups import LookGroup
from edgeclassify.teaching.teacher import Teacher

WAIT_S = 10.0
"""For a daemon that fits the same model just now."""


def label_and_fit(
    name: str,
    looks: LooksOfNode,
    noun: str,
    groups: Sequence[LookGroup],
    wanted: Mapping[int, Answer],
    *,
    asks: bool,
    fits: bool,
) -> None:
    """Carry out what is wanted, or ask; then fit, where there is something to fit. Raises EdgeClassifyError."""
    with Teacher(name, keep_pictures=looks.keeps_pictures, wait_s=WAIT_S) as teacher:
        manifest = known_manifest(teacher)
        labelling = Labelling(teacher, looks, noun, [] if manifest is None else [*manifest.labels])
        if wanted:
            labelling.by_options(groups, wanted)
        elif asks:
            labelling.by_asking(groups)
        if not labelling.has_changed:
            return
        manifest = teacher.manifest()
        is_whole = manifest.one_class or len({one.label for one in manifest.examples}) > 1
        if is_whole and fits:
            fit_and_tell(teacher)
        elif not is_whole:
            click.echo(f"Next, another class: edgeclassify teach {name} add LABEL PICTURES")
        else:
            click.echo(f"Next: edgeclassify teach {name} fit")


def known_manifest(teacher: Teacher) -> Manifest | None:
    """The model as it is; None: there is none yet."""
    try:
        return teacher.manifest()
    except UnknownModelError:
        return None
