"""What each view decides between while a profile is on: its labels are as ever, their own rules may differ."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from edgeclassify.config.groups.model_labels import ModelLabels
from edgeclassify.config.groups.view_labels import LabelsFound, ViewLabels, labels_of_views
from edgeclassify.config.sections import Config
from edgeclassify.documents.faults import ConfigFault
from edgeclassify.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ProfileLabels:
    """By the name of the profile: the labels of each view, as of LabelsFound; and the faults of its own."""

    views: Mapping[str, tuple[ViewLabels | None, ...]]
    faults: tuple[ConfigFault, ...]


def labels_of_profiles(config: Config, models: Sequence[ModelLabels | None], usual: LabelsFound) -> ProfileLabels:
    """`models`: of each of config.views(), as of labels_of_views(), which has found `usual`."""
    found = {name: labels_of_views(config.under(name), models) for name in config.profile}
    names = [view.name for view in config.views()]
    faults = [
        replace(fault, key=_key(profile, fault.key, names))
        for profile, labels in found.items()
        for fault in labels.faults
        if fault not in usual.faults
    ]
    return ProfileLabels({name: labels.views for name, labels in found.items()}, tuple(faults))


def _key(profile: str, key: str, names: Sequence[str]) -> str:
    """`view[0].lasting` of the file with the profile over it is `profile.away.view.gate.lasting` in the file."""
    for i, name in enumerate(names):
        if key.startswith(f"view[{i}]."):
            return f"profile.{profile}.view.{name}.{key.partition('.')[2]}"
    return f"profile.{profile}: {key}"
