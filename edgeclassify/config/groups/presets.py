"""Groups that ship with the package, by the classes of the models that they were made for.

A preset fits a model by its labels, not by its name: as many classes, in the same order. It says in which group a
class is by index, so that two classes of one name ("crane") are told apart.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path

from edgeclassify.config.groups.patterns import names_of
from edgeclassify.lazy_dataclass import dataclass

NAMES = ("everyday",)
"""The presets that there are."""

_FOLDER = Path(__file__).parent / "presets"
_NO_GROUP = re.compile(r"none \((?P<reason>.+)\)")
_LEAST_ALIKE = 0.95
"""Label files name some classes differently; by this share of equal names the order is certain."""


@dataclass(frozen=True, slots=True)
class Preset:
    """One file. `groups`: of each class by its index, None where it is in none; `labels`: the classes' names."""

    name: str
    groups: tuple[str | None, ...]
    labels: tuple[str, ...]

    def fits(self, labels: Sequence[str]) -> bool:
        """True where these are its classes."""
        if len(labels) != len(self.labels):
            return False
        alike = sum(not _words(a).isdisjoint(_words(b)) for a, b in zip(labels, self.labels, strict=True))
        return alike >= _LEAST_ALIKE * len(labels)


def preset_groups(
    name: str, labels: Sequence[str], background: Collection[int] = ()
) -> Mapping[str, tuple[int, ...]] | None:
    """The class indices of each group that the preset has for a model; None where it has none for it.

    `labels`: the model's, by class index; `background`: those that it has beside the preset's (see `ModelLabels`).
    """
    things = [i for i in range(len(labels)) if i not in background]
    for classes in (things, range(len(labels))):
        for preset in _presets(name):
            if preset.fits([labels[i] for i in classes]):
                return _by_group(preset, classes)
    return None


def read_preset(path: Path) -> Preset:
    """A preset's file: index, group and label of each class, in lines. ValueError where it is not of that form."""
    groups: list[str | None] = []
    labels: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        index, group, label = line.split("\t")
        if int(index) != len(labels):
            raise ValueError(f"{path}: expected class {len(labels)}, found {index}")
        groups.append(None if _NO_GROUP.fullmatch(group) else group)
        labels.append(label)
    return Preset(path.stem.partition("_")[0], tuple(groups), tuple(labels))


@cache
def _presets(name: str) -> tuple[Preset, ...]:
    """For all models that it was made for."""
    return tuple(read_preset(path) for path in sorted(_FOLDER.glob(f"{name}_*.txt")))


def _by_group(preset: Preset, classes: Sequence[int]) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for index, group in zip(classes, preset.groups, strict=True):
        if group is not None:
            found.setdefault(group, []).append(index)
    return {group: tuple(indices) for group, indices in found.items()}


@cache
def _words(label: str) -> frozenset[str]:
    return frozenset(re.sub(r"[\W_]+", " ", name.casefold()).strip() for name in names_of(label))
