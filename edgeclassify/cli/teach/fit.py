"""`edgeclassify teach NAME fit`: a head for the examples that there are."""

from __future__ import annotations

import click

from edgeclassify.cli.support.teaching.model_name import base_option, pass_name


@click.command(short_help="Learn from the examples: seconds, and it is in use.")
@click.option("--one-class", is_flag=True, help="Only what is normal was taught: everything else is unusual.")
@base_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@pass_name
def fit(name: str, one_class: bool, base: str | None, as_json: bool) -> None:
    """Fit the model to its examples, and say how good it is.

    How good: each example is answered by a head that has not seen it, nor the others of its moment. A running
    daemon takes the new head over by itself. With --base the examples are put on another base first, by the small
    pictures that were kept of them.

    \b
    Example:  edgeclassify teach gate fit
              edgeclassify teach printer fit --one-class
              edgeclassify teach leaf fit --base mobilenet_v2
    """
    from edgeclassify.cli.teach.steps.fitting import fit_and_tell, rebase_and_tell
    from edgeclassify.teaching.teacher import Teacher

    with Teacher(name) as teacher:
        if base is not None:
            rebase_and_tell(teacher, base)
        fit_and_tell(teacher, one_class=one_class, as_json=as_json)
