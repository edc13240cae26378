"""`edgeclassify classify`: the classes of image files, folders and URLs, as a table or as JSON lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edgeclassify.cli.support.models_option import ModelOptions, model_options
from edgeclassify.cli.support.progress import items_with_bar
from edgeclassify.errors import EdgeClassifyError, ExitStatus, ImageError, UsageError
from edgeclassify.files import printable
from edgeclassify.lazy_dataclass import dataclass

if TYPE_CHECKING:  # numpy and OpenCV take a second to import on a small Pi: not for --help
    from edgeclassify.model.interface import ImageClassifier
    from edgeclassify.postprocess.scores.groups import Grouping
    from edgeclassify.sources.support.image_by_url import Access
    from edgeclassify.types import Prediction


STDIN = "-"
"""Stands for an image on standard input."""
LEAST_SHOWN = 0.0005
"""Below it is 0.0 %: a label that the table leaves out, unless it is the best."""


UNKNOWN_ROW = "(unknown)"
"""In place of a label: it is like nothing that was taught."""


@dataclass(frozen=True, slots=True)
class ImageOutcome:
    """One image: its prediction, or why there is none. `path`: as given or found; of a URL nothing secret.

    `grouping`: what the prediction's labels are, where they are not the model's. `unknown`: how sure (0-1) a
    model that was taught here is that it is none of its labels; None: another model never says so.
    """

    path: str
    prediction: Prediction | None
    error: EdgeClassifyError | None
    grouping: Grouping | None = None
    unknown: float | None = None

    def class_index(self, index: int) -> int | None:
        """The model's class behind one of the labels; None where these are several."""
        return index if self.grouping is None else self.grouping.class_index(index)


@click.command(short_help="Which class is this picture?")
@click.argument("locations", metavar="PATH|FOLDER|URL|-...", nargs=-1, required=True)
@click.option("--top", type=click.IntRange(min=1), default=5, show_default=True, help="How many labels to show.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per picture and line.")
@click.option(
    "--groups",
    type=click.Choice(["everyday"]),
    help="Add the labels up to these groups, as preset in the config's [groups] does.",
)
@click.option("--insecure", is_flag=True, help="Take any certificate of an https:// URL, as a camera signs it.")
@model_options
def classify(
    locations: Sequence[str],
    top: int,
    as_json: bool,
    groups: str | None,
    insecure: bool,
    model: ModelOptions,
) -> int:
    """Say which class each picture is: the best labels with their scores.

    A folder stands for the pictures in it and below it, - for one on standard input. Exit status 0; 1 if a
    picture failed while others were classified; 65 or 66 if there was no other.

    \b
    Example:  edgeclassify classify cat.jpg
              edgeclassify classify --model mobilenet_v2 --top 3 photos/ https://example.org/dog.jpg
              edgeclassify classify --groups everyday photos/
              edgeclassify classify --json photos/ | jq -r '.path + " " + .top[0].label'
              ssh camera rpicam-jpeg -n -o - | edgeclassify classify -
    """
    from edgeclassify.model.opening.classifiers import open_classifier
    from edgeclassify.model.opening.taught_folder import taught_folder

    if not all(location.strip() for location in locations):
        raise UsageError("classify: expected a file, a folder or a URL, found an empty word. Is a variable unset?")
    classifier = open_classifier(model.choice())
    try:
        show = _print_json if as_json else _print_table
        done = outcomes(locations, classifier, verify=not insecure)
        if taught_folder(model.model) is not None:
            done = map(_with_unknown, done)
        if groups is not None:
            done = _grouped(done, _grouping(groups, classifier))
        return exit_status(list(_shown(done, show, classifier, top)))
    finally:
        classifier.close()


def outcomes(
    locations: Sequence[str], classifier: ImageClassifier, *, verify: bool = True
) -> Iterator[ImageOutcome]:
    """Classify every image of the files, folders and URLs; a bad one does not stop the others.

    `verify`: certificates of https:// are checked.
    """
    from edgeclassify.redaction import redacted_url
    from edgeclassify.sources.images.reading import is_meant_as_url, load_frame

    access = _access(verify) if any(map(is_meant_as_url, locations)) else None
    wanted_side = classifier.wanted_side()
    for location in _with_progress(list(_expanded(locations))):
        if isinstance(location, ImageOutcome):
            yield location
            continue
        path = redacted_url(location) if is_meant_as_url(location) else location
        try:
            data = _standard_input() if location == STDIN else None
            frame = load_frame(location, wanted_side=wanted_side, access=access, most_bytes=None, data=data)
            prediction = classifier.classify(frame)
        except EdgeClassifyError as error:
            yield ImageOutcome(path, None, error)
        else:
            yield ImageOutcome(path, prediction, None)


def _access(verify: bool) -> Access:
    """How servers are asked; what does that takes a while to import."""
    from edgeclassify.http.trust import Trust
    from edgeclassify.sources.support.image_by_url import Access

    return Access(Trust(verify, remedy="--insecure"), {})


def _grouping(preset: str, classifier: ImageClassifier) -> Grouping:
    """The bundled groups for a model. Raises UsageError where there are none."""
    from edgeclassify.config.groups.model_labels import ModelLabels
    from edgeclassify.config.groups.view_labels import labels_with_preset
    from edgeclassify.postprocess.scores.groups import Grouping

    info = classifier.info
    labels = labels_with_preset(preset, ModelLabels(info.name, tuple(classifier.labels), classifier.background))
    if labels is None:
        raise UsageError(
            f"--groups: expected a model of which the groups are known (the built-in one, or one of 1000 ImageNet "
            f"classes), found {info.name}"
        )
    return Grouping(labels.names, labels.members, len(classifier.labels))


def _grouped(done: Iterator[ImageOutcome], grouping: Grouping) -> Iterator[ImageOutcome]:
    for outcome in done:
        if (prediction := outcome.prediction) is not None:
            scores = grouping.scores(prediction.scores)
            prediction = replace(prediction, scores=scores, labels=grouping.labels)
            yield replace(outcome, prediction=prediction, grouping=grouping)
        else:
            yield outcome


def _with_unknown(outcome: ImageOutcome) -> ImageOutcome:
    """Scores of what was taught add up to how familiar it is."""
    if outcome.prediction is None:
        return outcome
    return replace(outcome, unknown=min(1.0, max(0.0, 1.0 - float(outcome.prediction.scores.sum()))))


def exit_status(done: Sequence[ImageOutcome]) -> int:
    """0 when all went well; the failure's own status when nothing else happened; else 1."""
    failed = {outcome.error.exit_status for outcome in done if outcome.error is not None}
    if not failed:
        return ExitStatus.OK
    if len(failed) == 1 and all(outcome.error is not None for outcome in done):
        return failed.pop()
    return ExitStatus.SOME_FAILED


def as_record(outcome: ImageOutcome, model: str, top: int) -> dict[str, Any]:
    """The JSON object of one image."""
    if outcome.prediction is None:
        return {"path": outcome.path, "error": str(outcome.error)}
    return {
        "path": outcome.path,
        "model": model,
        "ms": round(outcome.prediction.ms, 2),
        "top": [
            {"index": outcome.class_index(row.index), "label": row.label, "score": round(row.score, 4)}
            for row in outcome.prediction.top(top)
        ],
        **({} if outcome.unknown is None else {"unknown": round(outcome.unknown, 4)}),
    }


def _expanded(locations: Sequence[str]) -> Iterator[str | ImageOutcome]:
    from edgeclassify.sources.images.reading import list_images

    for location in locations:
        if "://" not in location and _is_folder(location):
            try:
                yield from map(str, list_images(Path(location), recursive=True))
            except EdgeClassifyError as error:
                yield ImageOutcome(location, None, error)
        else:
            yield location


def _standard_input() -> bytes:
    """What comes on standard input, to its end. Raises ImageError where there is too much of it."""
    from edgeclassify.sources.images.reading import MAX_FILE_BYTES

    stream = sys.stdin.buffer if sys.stdin is not None else None
    if stream is None or stream.isatty():
        raise UsageError(
            "classify: -: expected a picture on standard input, found none. Lead one into it: < cat.jpg"
        )
    data = stream.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise ImageError(f"-: expected an image of at most {MAX_FILE_BYTES >> 20} MB, found more.")
    return data


def _is_folder(location: str) -> bool:
    try:
        return Path(location).is_dir()
    except OSError:  # no name that a file can have
        return False


def _with_progress(items: Sequence[Any]) -> Iterator[Any]:
    """The items, with a bar where a person sees nothing else: on a terminal the rows themselves show how far it
    is, and a bar would get between them."""
    return iter(items) if sys.stdout.isatty() else items_with_bar(items, "classifying")


def _shown(
    done: Iterator[ImageOutcome], show: Any, classifier: ImageClassifier, top: int
) -> Iterator[ImageOutcome]:
    for outcome in done:
        show(outcome, classifier, top)
        yield outcome


def _print_json(outcome: ImageOutcome, classifier: ImageClassifier, top: int) -> None:
    record = as_record(outcome, classifier.info.name, top)
    # ASCII: file names that are no UTF-8 have no other form that every reader takes.
    click.echo(json.dumps(record))


def _print_table(outcome: ImageOutcome, classifier: ImageClassifier, top: int) -> None:
    if outcome.prediction is None:
        click.echo(f"edgeclassify: {outcome.error}", err=True)
        return
    from edgeclassify.model.runtime.runtimes import in_words

    info = classifier.info
    click.echo(
        f"{printable(outcome.path)}  ({outcome.prediction.ms:.1f} ms, {info.name}, {in_words(info.runtime)})"
    )
    rows = [(row.score, row.label) for row in outcome.prediction.top(top)]
    if outcome.unknown is not None:
        rows = sorted([*rows, (outcome.unknown, UNKNOWN_ROW)], key=lambda row: -row[0])
    for score, label in (rows[0], *(row for row in rows[1:] if row[0] >= LEAST_SHOWN)):
        bar = "█" * round(score * 20)
        click.echo(f"  {score:6.1%} {bar:<20} {label}")
