"""Regular expressions that are compiled when they are first used.

`re.compile` takes up to some milliseconds of a fast CPU for one with many alternatives, and a start uses few of
those that this package has.
"""

import re
from typing import Any, AnyStr, cast


class _LatePattern:
    """Stands in for a compiled pattern: what is asked of it is that one's, and is found at once from then on."""

    def __init__(self, text: str | bytes, flags: int) -> None:
        self._text, self._flags = text, flags
        self._compiled: re.Pattern[Any] | None = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)  # copy and pickle ask before there is anything to ask
        # Two threads may both compile it: the same comes of that.
        compiled = self._compiled = self._compiled or re.compile(self._text, self._flags)
        value = getattr(compiled, name)
        setattr(self, name, value)
        return value


def late_pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """As `re.compile`, later: a wrong expression raises re.error at its first use.

    For its methods and attributes; functions of `re` that take a compiled pattern do not know it.
    """
    return cast(re.Pattern[AnyStr], _LatePattern(text, flags))
