"""How a view's decider is made: of the config while the daemon runs, of a recording when it is replayed."""

from collections.abc import Callable

from edgeclassify.postprocess.decision import ViewDecider, new_event_id
from edgeclassify.postprocess.interface import Decider, Rules
from edgeclassify.postprocess.scores.groups import Grouping
from edgeclassify.recording.interface import ViewFacts


def decider_of(facts: ViewFacts, rules: Rules, new_id: Callable[[], str] = new_event_id) -> Decider:
    """A fresh one. What is not in its facts or rules, it can't know: so a replay decides as it was live."""
    groups = facts.groups
    grouping = None if groups is None else Grouping(groups.labels, groups.members, len(facts.labels))
    return ViewDecider(
        facts.view, facts.labels, facts.model, rules,
        grouping=grouping, tempering=facts.tempering, new_id=new_id,
    )  # fmt: skip
