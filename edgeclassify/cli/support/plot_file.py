"""A plot, written where the user wants it."""

import errno
import os
import tempfile
from pathlib import Path

from edgeclassify.errors import StorageError
from edgeclassify.files import printable, replace_file
from edgeclassify.pictures.chart import Chart, svg


def write_plot(path: Path, chart: Chart) -> None:
    """Raises StorageError."""
    write_svg(path, svg(chart))


def write_svg(path: Path, text: str) -> None:
    """Raises StorageError."""
    write_file(path, text.encode())


def check_place(path: Path) -> None:
    """Before hours of work for it: can it be written there? Raises StorageError."""
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        with tempfile.TemporaryFile(dir=path.absolute().parent):
            pass
    except OSError as error:
        raise _unwritable(path, error) from error


def write_file(path: Path, content: bytes) -> None:
    """Raises StorageError."""
    try:
        replace_file(path, content)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> StorageError:
    return StorageError(f"{printable(path)}: can't be written: {error.strerror or error}. Choose another place.")
