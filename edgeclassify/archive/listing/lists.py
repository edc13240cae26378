"""Lists of sources in a file: one to a line, or with NUL behind each, as `find -print0` writes them."""

import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import BinaryIO

from edgeclassify.files import open_plain_file

_BLOCK = 1 << 16
_LONGEST = 1 << 20
_STDIN = b"-"


def lines_of(path: bytes) -> Iterator[bytes]:
    """What stands in the file; `-`: in standard input. Empty lines count for nothing.

    Raises OSError where it can't be read, ValueError where a line is longer than any name.
    """
    with _opened(path) as file:
        begin, end, rest = True, b"\n", b""
        while block := file.read(_BLOCK):
            if begin:
                begin, end = False, b"\0" if b"\0" in block else b"\n"
                block = block.removeprefix(b"\xef\xbb\xbf")
            *whole, rest = (rest + block).split(end)
            if len(rest) > _LONGEST:
                raise ValueError("a line in it is longer than any name")
            yield from _names(whole, end)
        yield from _names([rest], end)


def _names(lines: list[bytes], end: bytes) -> Iterator[bytes]:
    for line in lines:
        name = line.removesuffix(b"\r") if end == b"\n" else line
        if name:
            yield name


def _opened(path: bytes) -> "nullcontext[BinaryIO] | BinaryIO":
    if path == _STDIN:
        return nullcontext(sys.stdin.buffer)
    return open_plain_file(Path(path.decode("utf-8", "surrogateescape")))
