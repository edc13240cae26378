"""Sheets of looks: their pictures in a file that somebody looks at while labelling."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from edgeclassify.cli.support.teaching.look_file import LooksOfNode
from edgeclassify.errors import ImageError, StorageError, UsageError
from edgeclassify.files import printable, replace_file
from edgeclassify.pictures.contact_sheet import Section, Tile, contact_sheet
from edgeclassify.sources.images.decode import decode_image
from edgeclassify.teaching.interface import Look
from edgeclassify.teaching.look_groups import LookGroup

_GROUP_SIDE, _GROUP_COLUMNS = 136, 10
_LOOK_SIDE, _LOOK_COLUMNS = 200, 6


def check_sheet_name(path: Path | None) -> None:
    """Raises UsageError unless it is one of a JPEG."""
    if path is not None and path.suffix.lower() not in (".jpg", ".jpeg"):
        raise UsageError(f"--sheet: expected a file name that ends in .jpg, found {str(path)!r}.")


def write_sheet(path: Path, sections: Sequence[Section], *, of_groups: bool) -> None:
    """Raises StorageError."""
    side, columns = (_GROUP_SIDE, _GROUP_COLUMNS) if of_groups else (_LOOK_SIDE, _LOOK_COLUMNS)
    try:
        replace_file(path, contact_sheet(sections, columns=columns, side=side).data)
    except OSError as error:
        reason = error.strerror or error
        raise StorageError(
            f"{printable(path)}: can't be written: {reason}. Name another: --sheet FILE.jpg"
        ) from error


def sections_of_groups(groups: Sequence[LookGroup], looks: LooksOfNode) -> list[Section]:
    """A row for each group: those of its looks that would become examples."""
    return [Section(f"group {one.id}", in_words(one, looks), [*_tiles(one, looks)]) for one in groups]


def section_of_looks(found: Sequence[Look], looks: LooksOfNode, title: str) -> Section:
    """All of them, each with its number, what was said of it, and when."""
    return Section(title, "", [_tile(one, (f"look {one.id}", said_of(one), _when(one, looks))) for one in found])


def in_words(group: LookGroup, looks: LooksOfNode) -> str:
    """How many looks a group is of, of when, and how many are in the dark."""
    first, last = (looks.moment(at, "%m-%d %H:%M") for at in group.span)
    count = "1 frame" if len(group.looks) == 1 else f"{len(group.looks)} frames"
    when = first if first == last else f"{first} to {last}"
    dark = f", {group.dark} in the dark" if group.dark else ""
    return f"{count}, {when}{dark}; {len(group.chosen)} of them as examples"


def said_of(look: Look) -> str:
    """What the model said of it."""
    return "unknown" if look.label is None else f"{look.label} {look.score or 0.0:.0%}"


def _tiles(group: LookGroup, looks: LooksOfNode) -> Iterator[Tile]:
    for look in group.chosen:
        yield _tile(look, (looks.moment(look.at, "%H:%M"),))


def _tile(look: Look, lines: tuple[str, ...]) -> Tile:
    if look.jpeg is None:
        return Tile(None, lines)
    try:
        return Tile(decode_image(look.jpeg, f"look {look.id}").pixels, lines)
    except ImageError:
        return Tile(None, lines)


def _when(look: Look, looks: LooksOfNode) -> str:
    return f"{look.view} {looks.moment(look.at, '%m-%d %H:%M')}"
