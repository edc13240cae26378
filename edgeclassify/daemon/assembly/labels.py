"""What a view decides between, from the words of the config to those of its decider."""

from collections.abc import Mapping, Sequence

from edgeclassify.config.groups.view_labels import ViewLabels
from edgeclassify.postprocess.interface import OwnRules
from edgeclassify.recording.interface import LabelGroups


def label_groups(labels: ViewLabels, of_model: Sequence[str]) -> LabelGroups | None:
    """A view's labels as its decider is given them; None: they are the model's."""
    if labels.groups == 0 and len(labels.names) == len(of_model):
        return None
    return LabelGroups(labels.names, labels.members)


def own_rules(labels: ViewLabels) -> Mapping[int, OwnRules]:
    """What single labels have of their own, by their place in the view."""
    return {index: OwnRules(**own.model_dump()) for index, own in labels.rules}
