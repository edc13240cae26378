"""The models there are: those of the catalog, files, and what was taught."""

from pathlib import Path

from edgeclassify.errors import EdgeClassifyError
from edgeclassify.model.catalog import CatalogEntry, model_path
from edgeclassify.model.taught.places import resolve_taught
from edgeclassify.model.taught.reading import read_manifest
from edgeclassify.web.api.interface import Asked
from edgeclassify.web.api.models.bodies import CatalogModel, FileModel, JobNow, ModelsHere, TaughtHere
from edgeclassify.web.api.models.fetching import FETCH
from edgeclassify.web.api.models.known_models import BUILTIN, known_models, views_by_model
from edgeclassify.web.interface import NodeFacts
from edgeclassify.web.jobs.jobs import Jobs


async def list_models(asked: Asked) -> ModelsHere:
    """All of them, and which views use them."""
    around = asked.around
    return await around.threads.run(lambda: models_here(around.node.facts, around.jobs))


def models_here(facts: NodeFacts, jobs: Jobs) -> ModelsHere:
    """As they are now. What can't be read is among the faults."""
    known, used = known_models(facts), views_by_model(facts)
    faults = list(known.catalog.faults.values())
    taught = []
    for name in known.taught:
        try:
            taught.append(_taught(name, used.get(name, [])))
        except EdgeClassifyError as error:
            faults.append(str(error))
    return ModelsHere(
        catalog=[_entry(one, used.get(one.name, []), jobs) for one in known.catalog.entries.values()],
        files=[
            FileModel(name=name, path=str(path), size=_size(path), in_use=used.get(str(path), []))
            for name, path in known.files.items()
        ],
        taught=taught,
        faults=faults,
    )


def _entry(entry: CatalogEntry, in_use: list[str], jobs: Jobs) -> CatalogModel:
    facts, path, job = entry.facts, model_path(entry), jobs.newest(FETCH, entry.name)
    return CatalogModel(
        name=entry.name,
        kind="builtin" if entry.name == BUILTIN else "catalog",
        description=facts.description,
        size=facts.size or (None if path is None else _size(path)),
        top1=None if facts.accuracy is None else facts.accuracy.top1,
        measured_on=None if facts.accuracy is None else facts.accuracy.dataset,
        license=facts.license,
        source=facts.source,
        installed=path is not None,
        can_fetch=facts.url is not None,
        in_use=in_use,
        job=None if job is None else JobNow.of(job),
    )


def _taught(name: str, in_use: list[str]) -> TaughtHere:
    manifest = read_manifest(resolve_taught(name))
    head = manifest.head
    return TaughtHere(
        name=name,
        base=manifest.base.embedding.base,
        labels=list(manifest.labels),
        examples=len(manifest.examples),
        fitted=head is not None,
        up_to_date=manifest.is_fitted,
        accuracy=None if head is None or not head.accuracy.count else round(head.accuracy.share, 4),
        in_use=in_use,
    )


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
