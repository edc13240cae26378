"""Pictures that somebody sends: as examples, or to see what a taught model says of them."""

import numpy as np

from edgeclassify.errors import UsageError
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.model.taught.places import find_taught, resolve_taught
from edgeclassify.model.taught.reading import read_manifest
from edgeclassify.sources.images.decode import decode_image
from edgeclassify.sources.images.reading import load_frame
from edgeclassify.teaching.examples import KEPT_SIDE
from edgeclassify.teaching.interface import Picture
from edgeclassify.teaching.outcomes import Added
from edgeclassify.teaching.teacher import Teacher
from edgeclassify.teaching.testing.taught_test import answer_of
from edgeclassify.types import ModelChoice
from edgeclassify.types.teaching import class_of
from edgeclassify.web.api.interface import Asked
from edgeclassify.web.api.requests import tell_taught
from edgeclassify.web.api.teaching import bodies, orders
from edgeclassify.web.api.teaching.manifests import labels_said
from edgeclassify.web.api.teaching.models_taught import WAIT_S
from edgeclassify.web.interface import NodeFacts

MOST_BYTES = 20 << 20
NAME = "a picture from the page"
_TOP = 5


async def add_picture(asked: Asked) -> bodies.Uploaded:
    """A picture becomes an example; the first one makes the model."""
    model, facts = asked.path["model"], asked.around.node.facts
    said = await asked.around.threads.run(lambda: _added(model, asked.body, asked.query, facts))
    tell_taught(asked.around, model)
    return said


async def test_picture(asked: Asked) -> bodies.Tested:
    """What the model says of a picture; nothing of it is kept."""
    return await asked.around.threads.run(lambda: _tested(asked.path["model"], asked.body, asked.query.label))


def _added(model: str, content: bytes, asked: orders.UploadAsked, facts: NodeFacts) -> bodies.Uploaded:
    image = decode_image(content, NAME, KEPT_SIDE)
    # BGR as it comes. The time of the upload is no time of the picture: only what the camera wrote into it counts.
    picture = Picture(np.ascontiguousarray(image.pixels[:, :, ::-1]), NAME, image.taken_at)
    is_new = find_taught(model) is None
    with Teacher(model, keep_pictures=facts.shows_pictures, wait_s=WAIT_S) as teacher:
        added = teacher.add(class_of(asked.label), [picture], base=base_for(model, asked.view, facts))
    return added_said(added, is_new=is_new)


def added_said(added: Added, *, is_new: bool) -> bodies.Uploaded:
    """What became of one picture. `is_new`: there was no model until then."""
    (example,) = (*added.new, *added.moved, *added.known)
    return bodies.Uploaded(
        example=example,
        new=bool(added.new),
        moved=bool(added.moved),
        version=added.manifest.version,
        before=None if is_new else added.before,
        labels=labels_said(added.manifest),
    )


def base_for(model: str, view: str | None, facts: NodeFacts) -> str | None:
    """The network of the view, where the model is new: then both share it. None: as it is, or as usual."""
    found = next((one for one in facts.views if one.name == view), None)
    if view is not None and found is None:
        known = ", ".join(one.name for one in facts.views)
        raise UsageError(f"view: expected one of {known}, found {view[:64]!r}.")
    if find_taught(model) is not None or found is None or not found.has_embedding:
        return None
    return read_manifest(resolve_taught(found.model)).base.embedding.base if found.taught else found.model


def _tested(model: str, content: bytes, label: str | None) -> bodies.Tested:
    resolve_taught(model)
    classifier = open_classifier(ModelChoice(name=model))
    try:
        frame = load_frame(NAME, wanted_side=classifier.wanted_side(), data=content)
        prediction = classifier.classify(frame)
    finally:
        classifier.close()
    answer = answer_of(NAME, None if label is None else class_of(label), prediction)
    said = None if answer.is_unknown else answer.answer
    return bodies.Tested(
        label=said,
        score=answer.score,
        is_unknown=answer.is_unknown,
        right=None if label is None else said == class_of(label),
        scores=[bodies.ScoreSaid(label=one.label, score=one.score) for one in prediction.top(_TOP)],
    )
