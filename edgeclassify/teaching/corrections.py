"""What a wrong answer says of the right one."""

from collections.abc import Sequence


def label_instead(labels: Sequence[str], said: str | None) -> str | None:
    """What was to be seen where `said` was wrong: of two classes the other one; else none of them is known, and
    that it was none of the classes is all that can be meant: None."""
    others = [label for label in labels if label != said]
    return others[0] if len(labels) == 2 and len(others) == 1 else None
