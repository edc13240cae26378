"""Taught models as a list, and each as a whole; gone back to an earlier version, and taken away."""

from http import HTTPStatus

from edgeclassify.errors import EdgeClassifyError
from edgeclassify.model.taught.manifest import ExampleRecord, Manifest
from edgeclassify.model.taught.places import resolve_taught, taught_names
from edgeclassify.model.taught.reading import read_manifest
from edgeclassify.teaching.looks.faults import LooksError
from edgeclassify.teaching.looks.store import LookStore
from edgeclassify.teaching.teacher import Teacher
from edgeclassify.types.teaching import class_of
from edgeclassify.web.api.interface import Asked, RefusedError
from edgeclassify.web.api.requests import tell_taught
from edgeclassify.web.api.teaching import bodies, orders
from edgeclassify.web.api.teaching.manifests import (
    broken_model_said,
    collection_said,
    examples_said,
    model_said,
    versions_said,
    views_of,
)
from edgeclassify.web.interface import NodeFacts

WAIT_S = 10.0
"""How long somebody else who changes the same model is waited for."""


async def list_taught(asked: Asked) -> bodies.TaughtList:
    """All of them; one that is damaged says so in its place."""
    facts = asked.around.node.facts
    return await asked.around.threads.run(lambda: _list(facts))


async def show_taught(asked: Asked) -> bodies.TaughtWhole:
    """One as a whole, with a page of its examples."""
    return await asked.around.threads.run(
        lambda: _whole(asked.path["model"], asked.query, asked.around.node.facts)
    )


async def move_examples(asked: Asked) -> bodies.TaughtSaid:
    """Examples are of another label; all of them in one change."""
    model, facts, body = asked.path["model"], asked.around.node.facts, asked.body
    label = None if body.label is None else class_of(body.label)
    manifest = await asked.around.threads.run(lambda: Teacher(model, wait_s=WAIT_S).move(body.examples, label))
    tell_taught(asked.around, model)
    return model_said(manifest, facts)


async def remove_examples(asked: Asked) -> bodies.TaughtSaid:
    """Examples are taken away; all of them in one change."""
    model, facts, body = asked.path["model"], asked.around.node.facts, asked.body
    manifest = await asked.around.threads.run(lambda: Teacher(model, wait_s=WAIT_S).remove(body.examples))
    tell_taught(asked.around, model)
    return model_said(manifest, facts)


async def undo_change(asked: Asked) -> bodies.TaughtSaid:
    """The last change is taken back, or a version that is kept comes again."""
    model, facts = asked.path["model"], asked.around.node.facts
    to, at = asked.body.to, asked.body.at
    manifest = await asked.around.threads.run(lambda: Teacher(model, wait_s=WAIT_S).undo(to, at=at))
    tell_taught(asked.around, model)
    return model_said(manifest, facts)


async def remove_taught(asked: Asked) -> None:
    """A model that no view decides by is taken away for good."""
    model, node = asked.path["model"], asked.around.node

    def check() -> None:
        if views := views_of(model, node.facts):
            raise RefusedError(
                HTTPStatus.CONFLICT,
                f"{model}: expected a model that no view uses, found it in {', '.join(views)}. Choose another "
                "model there first.",
            )

    check()
    # Somebody may choose it for a view while who changes it now is waited for.
    await asked.around.threads.run(lambda: Teacher(model, wait_s=WAIT_S).remove_model(check))
    tell_taught(asked.around, model)


def _list(facts: NodeFacts) -> bodies.TaughtList:
    models = [_listed(name, facts) for name in taught_names()]
    return bodies.TaughtList(models=models, collections=_gathered(None, facts)[0])


def _listed(name: str, facts: NodeFacts) -> bodies.TaughtSaid:
    try:
        return model_said(read_manifest(resolve_taught(name)), facts)
    except EdgeClassifyError as error:
        return broken_model_said(name, facts, str(error))


def _whole(model: str, asked: orders.ExamplesAsked, facts: NodeFacts) -> bodies.TaughtWhole:
    manifest = read_manifest(resolve_taught(model))
    wanted = _wanted(manifest, asked)
    suspects = [doubt.example for doubt in manifest.doubts]
    by_id = {one.id: one for one in manifest.examples}
    collections, unsure = _gathered(model, facts)
    return bodies.TaughtWhole(
        model=model_said(manifest, facts),
        examples=examples_said(manifest, wanted[: asked.limit]),
        more=len(wanted) > asked.limit,
        mislabelled=examples_said(manifest, [by_id[one] for one in suspects if one in by_id]),
        versions=versions_said(manifest),
        collections=collections,
        unsure=unsure,
    )


def _wanted(manifest: Manifest, asked: orders.ExamplesAsked) -> list[ExampleRecord]:
    """The newest first, behind the one that is named."""
    wanted = [
        one for one in reversed(manifest.examples) if asked.label is None or one.label == class_of(asked.label)
    ]
    if asked.after is None:
        return wanted
    ids = [one.id for one in wanted]
    if asked.after not in ids:
        raise RefusedError(
            HTTPStatus.NOT_FOUND, f"after: expected the id of an example of {manifest.name}, found {asked.after}."
        )
    return wanted[ids.index(asked.after) + 1 :]


def _gathered(model: str | None, facts: NodeFacts) -> tuple[list[bodies.CollectionSaid], int]:
    """What is collected for it (None: for all), and how many looks wait for a label; nothing where no looks can be
    read."""
    if facts.looks is None:
        return [], 0
    try:
        with LookStore.open(facts.looks, create=False) as store:
            views = [] if model is None else views_of(model, facts)
            unsure = sum(len(store.unsure(view)) for view in views)
            return [collection_said(one) for one in store.collections(model)], unsure
    except LooksError:
        return [], 0
