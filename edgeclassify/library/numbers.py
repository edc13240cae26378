"""Whole numbers, whoever made them: Python or numpy."""

import operator


def as_int(value: object) -> int | None:
    """The number; None for what is none, as a float or a bool."""
    if isinstance(value, bool):
        return None
    try:
        return operator.index(value)  # type: ignore[arg-type]  # it says whether it is one
    except TypeError:
        return None
