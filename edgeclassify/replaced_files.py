"""Modules that are imported only when they are needed: by then the program's files may have been replaced.

So it goes where pip puts another version under a daemon that runs. The Debian package stops it before.
"""

from collections.abc import Iterator
from contextlib import contextmanager

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
