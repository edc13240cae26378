"""Values of a document read strictly, for tables and records alike: what is wrong with one, and its numbers."""


class WrongValueError(ValueError):
    """What is expected in a value's place. `place`: the way to it in what is read, innermost step first."""

    def __init__(self, expected: str, hint: str = "") -> None:
        super().__init__(expected)
        self.hint = hint
        self.place: list[int | str] = []


def number(value: object) -> float:
    """A number, with a fraction or without. Raises WrongValueError."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise WrongValueError("a number")
    try:
        return float(value)
    except OverflowError:
        raise WrongValueError("a number of a usual size") from None


def whole_number(value: object) -> int:
    """A whole number. Raises WrongValueError."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise WrongValueError("a whole number")
    return value
