"""A plot, written where the user wants it."""

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


def write_file(path: Path, content: bytes) -> None:
    """Raises StorageError."""
    try:
        replace_file(path, content)
    except OSError as error:
        raise StorageError(
            f"{printable(path)}: can't be written: {error.strerror or error}. Choose another place."
        ) from error
