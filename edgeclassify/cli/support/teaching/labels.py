"""Labels as they are written on the command line."""

NONE_OF_THEM = "unknown"
"""In place of a label: of none of the classes. No class can be called so, since a view's state is."""


def said_label(word: str) -> str | None:
    """The label that is meant; None: none of the classes."""
    return None if word.strip().casefold() == NONE_OF_THEM else word


def shown_label(label: str | None) -> str:
    """The same the other way round."""
    return NONE_OF_THEM if label is None else label
