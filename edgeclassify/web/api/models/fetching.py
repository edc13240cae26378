"""A model of the catalog is fetched: a job of minutes."""

import os
from http import HTTPStatus

from edgeclassify.model.catalog import CatalogEntry
from edgeclassify.model.catalog.fetch import MIRROR_ENVIRONMENT, FetchOptions, fetch_model
from edgeclassify.web.api.interface import Asked, RefusedError
from edgeclassify.web.api.models.bodies import Begun
from edgeclassify.web.api.models.known_models import known_models
from edgeclassify.web.jobs.jobs import Progress

FETCH = "fetch"


async def begin_fetching(asked: Asked) -> Begun:
    """Begin, unless it is under way. Raises RefusedError for a name that is not in the catalog."""
    around, name = asked.around, asked.path["name"]
    known = await around.threads.run(lambda: known_models(around.node.facts))
    entry = known.catalog.entries.get(known.config_name(name))
    if entry is None:
        raise RefusedError(
            HTTPStatus.CONFLICT, f"{name[:64]}: expected a model of the catalog, found one that is here already"
        )
    return Begun(job=around.jobs.begin(FETCH, name, lambda progress: _fetch(entry, progress)).id)


def _fetch(entry: CatalogEntry, progress: Progress) -> None:
    mirror = os.environ.get(MIRROR_ENVIRONMENT) or None
    model = f"{entry.name}.tflite"

    def of_model(file: str, done: int, total: int | None) -> None:
        if file == model:  # its labels take no time
            progress(done, total)

    fetch_model(entry, FetchOptions(mirror=mirror), of_model)
