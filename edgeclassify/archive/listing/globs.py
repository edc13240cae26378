"""Patterns of names, `*`, `?`, `[…]` and `**`, without reading more of a folder than what matches."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from fnmatch import translate

_MAGIC = re.compile(rb"[*?[]")


def is_pattern(path: bytes) -> bool:
    """True where it may stand for several names."""
    return _MAGIC.search(path) is not None


def matching(pattern: bytes) -> Iterator[tuple[bytes, re.Pattern[str]]]:
    """Each folder that the pattern leads to, and what names in it must be. `pattern`: from / on.

    `**` stands for any folders, or none; links are not followed there. Hidden names match a pattern that begins
    with a dot. What can't be read is not there.
    """
    *folders, last = pattern.split(b"/")
    if last == b"**":
        folders, last = [*folders, last], b"*"
    for folder in _folders(b"/", [part for part in folders if part]):
        yield folder, _compiled(last)


def _compiled(part: bytes) -> re.Pattern[str]:
    """Names of files are matched with their case, like the shell's."""
    return re.compile(("" if part.startswith(b".") else r"(?!\.)") + translate(os.fsdecode(part)))


def _folders(start: bytes, parts: list[bytes]) -> Iterator[bytes]:
    if not parts:
        yield start
        return
    part, rest = parts[0], parts[1:]
    if part == b"**":
        yield from _folders(start, rest)
        for folder in _below(start, re.compile(r"(?!\.)"), links=False):
            yield from _folders(folder, parts)
    elif is_pattern(part):
        for folder in _below(start, _compiled(part), links=True):
            yield from _folders(folder, rest)
    else:
        yield from _folders(os.path.join(start, part), rest)


def _below(folder: bytes, name: re.Pattern[str], *, links: bool) -> list[bytes]:
    """The folders in it of such names: in their order, so that what comes of it does not depend on the disk."""
    found: list[bytes] = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if name.match(os.fsdecode(entry.name)) and entry.is_dir(follow_symlinks=links):
                found.append(entry.path)
    return sorted(found)
