"""What was gathered for a taught model: groups that are alike, and what it was not sure of."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edgeclassify.contract.encoding import rfc3339
from edgeclassify.teaching.interface import Look
from edgeclassify.teaching.looks.faults import MissingLooksError
from edgeclassify.teaching.looks.interface import Collection
from edgeclassify.teaching.looks.store import LookStore
from edgeclassify.types import Command
from edgeclassify.web.api.interface import Asked
from edgeclassify.web.api.requests import ask
from edgeclassify.web.api.teaching import bodies
from edgeclassify.web.api.teaching.manifests import collection_said, views_of
from edgeclassify.web.interface import NodeFacts


async def list_collections(asked: Asked) -> bodies.Collections:
    """What is collected, as it was written last: up to a minute ago."""
    model, looks = asked.path["model"], asked.around.node.facts.looks
    found = await asked.around.threads.run(lambda: _collections(model, looks))
    return bodies.Collections(collections=[collection_said(one) for one in found])


async def list_clusters(asked: Asked) -> bodies.Clusters:
    """What was collected. The node remembers what it told: teach/label knows the groups by their ids."""
    looks = asked.around.node.facts.looks
    if looks is None or not looks.exists():
        return bodies.Clusters(clusters=[])
    told = await ask(asked.around, Command.TEACH_CLUSTERS, {"model": asked.path["model"]})
    return bodies.Clusters(clusters=[_cluster_said(one) for one in told["clusters"]])


def _collections(model: str, looks: Path | None) -> list[Collection]:
    if looks is None:
        return []
    try:
        with LookStore.open(looks, create=False) as store:
            return store.collections(model)
    except MissingLooksError:
        return []


def _cluster_said(told: Mapping[str, Any]) -> bodies.ClusterSaid:
    return bodies.ClusterSaid(
        cluster=told["cluster"],
        pictures=told["pictures"],
        looks=told["looks"],
        hours=told["hours"],
        brightness=told["brightness"],
        label=told.get("label"),
    )


async def list_unsure(asked: Asked) -> bodies.Unsure:
    """What the views that decide by it were not sure of, the newest first."""
    model, limit, facts = asked.path["model"], asked.query.limit, asked.around.node.facts
    return await asked.around.threads.run(lambda: _unsure(model, limit, facts))


def _unsure(model: str, limit: int, facts: NodeFacts) -> bodies.Unsure:
    if facts.looks is None:
        return bodies.Unsure(looks=[], more=False)
    try:
        with LookStore.open(facts.looks, create=False) as store:
            found = [look for view in views_of(model, facts) for look in store.unsure(view, limit + 1)]
    except MissingLooksError:
        found = []
    found.sort(key=lambda look: -look.id)
    return bodies.Unsure(looks=[_said(look) for look in found[:limit]], more=len(found) > limit)


def _said(look: Look) -> bodies.UnsureSaid:
    return bodies.UnsureSaid(
        look=look.id,
        view=look.view,
        ts=rfc3339(look.at),
        label=look.label,
        score=look.score,
        brightness=look.brightness,
        has_picture=look.jpeg is not None,
    )
