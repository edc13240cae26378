"""Groups of a config, one layer over the other: those of the view, of the whole file, of a preset.

A group of an inner layer takes the place of one of the same name farther out, and takes its labels out of all
others there; an empty list takes a group away. Within a layer no label may be in two.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from edgeclassify.config.groups.model_labels import ModelLabels
from edgeclassify.config.groups.patterns import LabelNames, has_wildcards
from edgeclassify.config.groups.presets import preset_groups
from edgeclassify.config.label_hints import hint_for
from edgeclassify.documents.faults import ConfigFault, listed
from edgeclassify.lazy_dataclass import dataclass

PRESET = "preset"
"""The key of a table of groups that names a preset."""
NO_PRESET = "none"
_MOST_SHOWN = 4

GroupTable = Mapping[str, str | Sequence[str]]
"""A group's name → patterns of its labels; at PRESET the name of a preset."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A table of groups as it stands in the file. `key`: its place there."""

    key: str
    table: GroupTable

    @property
    def preset(self) -> str | None:
        """The preset that it names; None: it says nothing of one."""
        said = self.table.get(PRESET)
        return said if isinstance(said, str) else None

    def groups(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Name and patterns of each group."""
        for name, patterns in self.table.items():
            if name != PRESET:
                yield name, (patterns,) if isinstance(patterns, str) else tuple(patterns)


@dataclass(slots=True)
class Found:
    """The groups of a model. `groups`: class indices by the group's name. `unmatched`: by key and pattern what
    names nothing in this model: a fault where no other one has it either."""

    groups: dict[str, tuple[int, ...]] = field(default_factory=dict)
    faults: list[ConfigFault] = field(default_factory=list)
    unmatched: dict[tuple[str, str], ConfigFault] = field(default_factory=dict)


def groups_in(layers: Sequence[Layer], model: ModelLabels) -> Found:
    """The groups that a model has by these layers, the innermost first."""
    stack = _Stack(model)
    for layer in layers:
        stack.add(layer)
    named = next((layer for layer in layers if layer.preset is not None), None)
    if named is not None and named.preset not in (None, NO_PRESET):
        stack.add_preset(named)
    return stack.found


class _Stack:
    """Layers put below each other. `_owner`: the group of each class so far; `_names`: of the groups so far."""

    def __init__(self, model: ModelLabels) -> None:
        self.found = Found()
        self._model = model
        self._labels = LabelNames(model.labels)
        self._owner: dict[int, str] = {}
        self._names: set[str] = set()

    def add(self, layer: Layer) -> None:
        """The groups of a layer, below those that are there."""
        own: dict[int, str] = {}
        names = set()
        doubled: dict[tuple[str, str], list[int]] = {}
        for name, patterns in layer.groups():
            if name in self._names:
                continue
            names.add(name)
            for index in self._classes(f"{layer.key}.{name}", patterns):
                other = own.setdefault(index, name)
                if other != name:
                    doubled.setdefault((name, other), []).append(index)
        for (name, other), indices in doubled.items():
            self.found.faults.append(self._overlap(f"{layer.key}.{name}", indices, other))
        self._names |= names
        self._take({index: name for index, name in own.items() if index not in self._owner})

    def add_preset(self, layer: Layer) -> None:
        """Those of a preset, below all others."""
        name = str(layer.preset)
        groups = preset_groups(name, self._model.labels, self._model.background)
        key = f"{layer.key}.{PRESET}"
        if groups is None:
            expected = f"a preset that the model {self._model.name} has"
            hint = "It is made for the built-in model and the models of 1000 ImageNet classes: write groups here."
            self.found.unmatched[key, name] = ConfigFault(key, expected, repr(name), hint)
            return
        owner = {i: group for group, indices in groups.items() if group not in self._names for i in indices}
        self._take({index: group for index, group in owner.items() if index not in self._owner})

    def _take(self, owner: Mapping[int, str]) -> None:
        self._owner.update(owner)
        for name in dict.fromkeys(owner.values()):
            self.found.groups[name] = tuple(sorted(i for i, group in owner.items() if group == name))

    def _classes(self, key: str, patterns: Sequence[str]) -> Iterator[int]:
        """The classes of a group, each once."""
        background = self._model.background
        classes: set[int] = set()
        for pattern in patterns:
            matching = self._labels.matching_classes(pattern)
            if not matching:
                self.found.unmatched[key, pattern] = self._nothing(key, pattern)
            elif background.issuperset(matching):
                self.found.faults.append(self._of_background(key, pattern))
            classes.update(matching)
        yield from sorted(classes - background)

    def _nothing(self, key: str, pattern: str) -> ConfigFault:
        expected = f"labels of the model {self._model.name}"
        hint = hint_for(pattern.strip("*?[] "), self._model.labels, self._model.name)
        if has_wildcards(pattern) and not hint:
            hint = "Nothing that it has matches this pattern."
        return ConfigFault(key, expected, repr(pattern), hint)

    def _of_background(self, key: str, pattern: str) -> ConfigFault:
        expected = f"labels of things that the model {self._model.name} knows"
        return ConfigFault(key, expected, repr(pattern), BACKGROUND_HINT)

    def _overlap(self, key: str, indices: Sequence[int], other: str) -> ConfigFault:
        labels = list(dict.fromkeys(self._model.labels[i] for i in indices))
        same = [i for i, label in enumerate(self._model.labels) if label == labels[0]]
        hint = f"Two classes have that name: write {listed(f'#{i}' for i in same)}." if len(same) > 1 else ""
        expected = f"labels that are not in the group {other!r} too"
        return ConfigFault(key, expected, listed(map(repr, labels), _MOST_SHOWN), hint)


BACKGROUND_HINT = (
    "It stands for everything else, and counts for unknown. If it is a thing of its own, write background = [] "
    "into the model's sidecar."
)
"""Of a label that is a model's background."""
