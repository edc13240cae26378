"""Labels added up to groups: a preset, or the caller's own."""

from collections.abc import Mapping, Sequence

from edgeclassify.errors import ArgumentError
from edgeclassify.model.interface import ImageClassifier
from edgeclassify.postprocess.scores.groups import Grouping

Groups = str | Mapping[str, str | Sequence[str]]
"""A preset's name ("everyday"), or each group's name → its labels, where * and ? stand for any letters."""


def grouping_of(groups: Groups, classifier: ImageClassifier) -> Grouping:
    """The groups, and the labels that are in none. Raises ArgumentError for what does not fit the classifier."""
    # What else of a config is imported with it takes longer than all the rest, and most callers want no groups.
    from edgeclassify.config.groups.layers import PRESET
    from edgeclassify.config.groups.model_labels import ModelLabels
    from edgeclassify.config.groups.view_labels import labels_with_groups

    table = {PRESET: groups} if isinstance(groups, str) else _checked(groups)
    model = ModelLabels(classifier.info.name, tuple(classifier.labels), classifier.background)
    found = labels_with_groups(table, model)
    if found.faults:
        raise ArgumentError("\n".join(map(str, found.faults)).replace(f"groups.{PRESET}:", "groups:"))
    (labels,) = found.views
    assert labels is not None  # only of a model that is not known
    return Grouping(labels.names, labels.members, len(classifier.labels))


def _checked(groups: object) -> dict[str, str | Sequence[str]]:
    if isinstance(groups, Mapping) and all(isinstance(name, str) and _is_labels(groups[name]) for name in groups):
        return dict(groups)
    expected = '"everyday", or a dict of names and their labels, as {"pet": ["cat", "dog"]}'
    raise ArgumentError(f"groups: expected {expected}, found {groups!r}.")


def _is_labels(value: object) -> bool:
    return isinstance(value, str) or (
        isinstance(value, Sequence) and all(isinstance(label, str) for label in value)
    )
