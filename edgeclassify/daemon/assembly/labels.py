"""What a view decides between, from the words of the config to those of its decider."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from edgeclassify.config.groups.view_labels import ViewLabels
from edgeclassify.config.rules import ENTER_BY_SCORE, LabelRulesConfig
from edgeclassify.postprocess.interface import EXIT_OF_ENTER, OwnRules
from edgeclassify.recording.interface import LabelGroups


def label_groups(labels: ViewLabels, of_model: Sequence[str]) -> LabelGroups | None:
    """A view's labels as its decider is given them; None: they are the model's."""
    if labels.groups == 0 and len(labels.names) == len(of_model):
        return None
    return LabelGroups(labels.names, labels.members)


def own_rules(labels: ViewLabels, *, by_belief: bool) -> Mapping[int, OwnRules]:
    """What single labels have of their own, by their place in the view.

    `by_belief`: the view's thresholds are of what is believed (filter bayes), not of scores.
    """
    rules = {index: _own(own, by_belief) for index, own in labels.rules}
    for index, seconds in labels.lasting:
        rules[index] = replace(rules.get(index, OwnRules()), lasting=seconds)
    return rules


def _own(own: LabelRulesConfig, by_belief: bool) -> OwnRules:
    """A rare label enters by the score of a frame: no threshold of a belief is one for it."""
    rules = OwnRules(**own.model_dump())
    if not (own.rare and by_belief):
        return rules
    enter = ENTER_BY_SCORE if own.threshold_enter is None else own.threshold_enter
    leave = enter * EXIT_OF_ENTER if own.threshold_exit is None else own.threshold_exit
    return replace(rules, threshold_enter=enter, threshold_exit=leave)
