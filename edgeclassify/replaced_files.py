"""Modules that are imported only when they are needed: by then the program's files may have been replaced.

So it goes where pip puts another version under a daemon that runs. The Debian package stops it before.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from edgeclassify.errors import EdgeClassifyError


class ReplacedFilesError(EdgeClassifyError):
    """What is on disk does not go with what runs."""


@contextmanager
def late_imports() -> Iterator[None]:
    """Around imports of a process that has run for long. Raises ReplacedFilesError where one fails."""
    try:
        yield
    except (ImportError, SyntaxError, SystemError) as error:
        # The last is pydantic's own, where its core is of another version.
        raise ReplacedFilesError(
            f"expected the files that edgeclassify was started with, found others ({error}). Restart the service."
        ) from error


def late_name(package: str, name: str, names: Sequence[str], modules: Sequence[str]) -> Any:
    """For the `__getattr__` of a package: what one of its modules, imported in that order, has under the name.

    `names`: those that there are. Raises AttributeError for another one, ReplacedFilesError where an import fails.
    """
    if name in names:
        for module in modules:
            with late_imports():
                found = import_module(f"{package}.{module}")
            if hasattr(found, name):
                return getattr(found, name)
    raise AttributeError(f"module {package!r} has no attribute {name!r}")
