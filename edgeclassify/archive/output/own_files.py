"""What of a folder is an archive's own: nothing else in it is overwritten or removed."""

from collections.abc import Iterator
from pathlib import Path

from edgeclassify.archive.output.places import (
    CSV,
    FAULTS,
    JOURNAL,
    LISTING,
    NEW_LISTING,
    PAGE,
    PARTS,
    SHEET,
    SHEETS,
    VISITS,
    part_file,
)
from edgeclassify.errors import StorageError
from edgeclassify.files import printable

_FILES = (PAGE, VISITS, FAULTS, CSV, LISTING)
_JOURNALS = (f"{JOURNAL}-wal", f"{JOURNAL}-shm", f"{JOURNAL}-journal", JOURNAL)
"""The journal at last: as long as it is there, the rest is known to be an archive's."""


def check_is_own(folder: Path) -> None:
    """Raises StorageError where something stands under a name of ours, and no journal says that it is ours."""
    if (folder / JOURNAL).exists():
        return
    found = [name for name in (PARTS, SHEETS, NEW_LISTING, *_FILES) if (folder / name).exists()]
    if found:
        raise StorageError(
            f"--out {printable(folder)}: expected {JOURNAL} beside {', '.join(found)}, found none: they may be no "
            "archive's. Name another folder, or move them away."
        )


def check_parts(folder: Path, parts: int) -> None:
    """Raises StorageError where one of so many that were written is gone."""
    for number in range(parts):
        path = part_file(folder, number)
        if not path.exists():
            raise StorageError(
                f"{printable(path)}: expected the part that was written here, found none. Put it back, or have "
                "the archive made anew: --again"
            )


def remove_all(folder: Path) -> None:
    """What earlier runs left. Raises StorageError."""
    try:
        for name in _FILES:
            (folder / name).unlink(missing_ok=True)
        for part in (folder / PARTS).glob("part-*.parquet*"):
            part.unlink()
        for sheet in own_sheets(folder):
            sheet.unlink()
        for name in _JOURNALS:
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"--out {printable(folder)}: can't be emptied: {error.strerror}.") from error


def own_sheets(folder: Path) -> Iterator[Path]:
    """The contact sheets that a summary has written."""
    return (one for one in list((folder / SHEETS).glob("*.jpg")) if SHEET.fullmatch(one.name))
