"""Where the output of an archive lies in its folder."""

import re
from pathlib import Path

from edgeclassify.errors import MissingInputError
from edgeclassify.files import printable

JOURNAL, LISTING = "journal.sqlite", "listing"
NEW_LISTING = "listing.new"
"""Of an archive that is to take this one's place."""
PARTS = "parts"
FAULTS, CSV = "faults.csv", "images.csv"
VISITS, PAGE, SHEETS = "visits.parquet", "index.html", "sheets"
SHEET = re.compile(r"unsure\.jpg|\d{2,}-.*\.jpg", re.DOTALL)
"""A contact sheet's name."""
_PART = re.compile(r"part-\d{5,}\.parquet")


def part_file(folder: Path, number: int) -> Path:
    """The file of a part, 0 the first."""
    return folder / PARTS / f"part-{number:05}.parquet"


def part_files(folder: Path) -> list[Path]:
    """The parts that are written, in their order. Raises MissingInputError where there are none."""
    try:
        found = sorted(
            (one for one in (folder / PARTS).iterdir() if _PART.fullmatch(one.name)),
            key=lambda one: (len(one.name), one.name),
        )
    except OSError:
        found = []
    if not found:
        raise MissingInputError(
            f"{printable(folder)}: expected the output of `edgeclassify archive`, found no {PARTS}/part-….parquet."
        )
    return found
