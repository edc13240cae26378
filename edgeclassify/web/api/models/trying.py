"""A picture that somebody sends, classified: nothing of it is kept."""

import threading
from dataclasses import replace
from http import HTTPStatus

from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.model.opening.taught_folder import taught_folder
from edgeclassify.sources.images.reading import load_frame
from edgeclassify.types import ModelChoice
from edgeclassify.web.api.interface import Asked, RefusedError
from edgeclassify.web.api.models.bodies import ScoredLabel, Tried, TryAsked
from edgeclassify.web.api.models.known_models import known_models
from edgeclassify.web.interface import NodeFacts

MOST_BYTES = 20 << 20
NAME = "the picture"
_TOP = 5
_one_at_a_time = threading.Lock()
"""Each opens its model anew: two at a time would take twice the memory, and none stays open for long."""


async def try_picture(asked: Asked) -> Tried:
    """What a model says of it. Raises RefusedError, ModelError, ImageError."""
    around = asked.around
    return await around.threads.run(lambda: _tried(asked.body, asked.query, around.node.facts))


def _tried(picture: bytes, asked: TryAsked, facts: NodeFacts) -> Tried:
    section = _section(asked, facts)
    with _one_at_a_time:
        classifier = open_classifier(replace(section, threads=1))
        try:
            frame = load_frame(NAME, wanted_side=classifier.wanted_side(), data=picture)
            prediction = classifier.classify(frame)
        finally:
            classifier.close()
    unknown = None
    if taught_folder(section.name) is not None:  # scores of what was taught add up to how familiar it is
        unknown = min(1.0, max(0.0, 1.0 - float(prediction.scores.sum())))
    return Tried(
        model=classifier.info.name,
        ms=round(prediction.ms, 2),
        width=frame.width,
        height=frame.height,
        top=[ScoredLabel(label=row.label, score=round(row.score, 4)) for row in prediction.top(_TOP)],
        unknown=None if unknown is None else round(unknown, 4),
    )


def _section(asked: TryAsked, facts: NodeFacts) -> ModelChoice:
    if asked.model is not None and asked.view is not None:
        raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, "model, view: expected one of both, found both")
    if asked.model is not None:
        return ModelChoice(name=known_models(facts).config_name(asked.model))
    views = {view.name: view for view in facts.config.views()}
    if asked.view is not None and asked.view not in views:
        raise RefusedError(
            HTTPStatus.NOT_FOUND, f"view: expected one of {', '.join(views)}, found {asked.view[:64]!a}"
        )
    return facts.config.model_of(views[asked.view or next(iter(views))])
