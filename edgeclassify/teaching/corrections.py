"""What a wrong answer says of the right one."""

from collections.abc import Sequence

from edgeclassify.model.taught.manifest import UNUSUAL


def label_instead(labels: Sequence[str], said: str | None) -> str | None:
    """What was to be seen where `said` was wrong: of two classes the other one, and what is normal where that is
    all that was taught; else none of them is known, and that it was none is all that can be meant: None."""
    if said == UNUSUAL and len(labels) == 1:
        return labels[0]
    others = [label for label in labels if label != said]
    return others[0] if len(labels) == 2 and len(others) == 1 else None
