"""Which models nodes run, and which nodes have another file under the same name."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edgeclassify.fleet.where.facts import LoadedModel


@dataclass(frozen=True, slots=True)
class ModelKind:
    """A model with the same name, file and runtime on each of `nodes`. `differs`: most have another file."""

    model: LoadedModel
    nodes: tuple[str, ...]
    differs: bool


def model_kinds(models: Mapping[str, Sequence[LoadedModel]]) -> list[ModelKind]:
    """All kinds of the nodes' models (node → those in use): by name, of one name the most usual first."""
    found: dict[LoadedModel, list[str]] = {}
    for node in sorted(models):
        for model in dict.fromkeys(models[node]):
            found.setdefault(model, []).append(node)
    files: dict[str, Counter[str]] = {}
    for model, nodes in found.items():
        files.setdefault(model.name, Counter())[model.sha256] += len(nodes)
    usual = {name: max(counted, key=lambda sha256: (counted[sha256], sha256)) for name, counted in files.items()}
    kinds = [ModelKind(model, tuple(nodes), model.sha256 != usual[model.name]) for model, nodes in found.items()]
    return sorted(kinds, key=lambda kind: (kind.model.name, kind.differs, -len(kind.nodes), kind.model.sha256))
