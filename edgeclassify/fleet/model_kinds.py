"""Which models nodes run, and which nodes have another file under the same name."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edgeclassify.fleet.where.facts import LoadedModel


@dataclass(frozen=True, slots=True)
class ModelKind:
    """A model with the same name, file and runtime on each of `nodes`.

    `differs`: most have another file, or as many (`tied`): then nobody can tell which one is meant.
    """

    model: LoadedModel
    nodes: tuple[str, ...]
    differs: bool
    tied: bool = False


def model_kinds(models: Mapping[str, Sequence[LoadedModel]]) -> list[ModelKind]:
    """All kinds of the nodes' models (node → those in use): by name, of one name the most usual first."""
    found: dict[LoadedModel, list[str]] = {}
    for node in sorted(models):
        for model in dict.fromkeys(models[node]):
            found.setdefault(model, []).append(node)
    files: dict[str, Counter[str]] = {}
    for model, nodes in found.items():
        files.setdefault(model.name, Counter())[model.sha256] += len(nodes)
    usual = {name: _most(counted) for name, counted in files.items()}
    kinds = []
    for model, nodes in found.items():
        most = usual[model.name]
        tied = len(most) > 1 and model.sha256 in most
        kinds.append(ModelKind(model, tuple(nodes), tied or model.sha256 not in most, tied))
    return sorted(kinds, key=lambda kind: (kind.model.name, kind.differs, -len(kind.nodes), kind.model.sha256))


def _most(counted: Counter[str]) -> frozenset[str]:
    """The files that are on most nodes: several, where they are on as many."""
    return frozenset(sha256 for sha256, count in counted.items() if count == max(counted.values()))
