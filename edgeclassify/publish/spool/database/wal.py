"""SQLite's write-ahead log as it lies on the disk, and the commits in it that SQLite will not see.

SQLite reads the log up to the first frame that does not fit its checksums, and takes the rest for what was there
before: without a word. That is right for a write that a power cut has torn, and wrong for a damaged bit, which
costs every commit behind it. The format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
"""

import struct
from pathlib import Path

_HEADER, _FRAME_HEADER = 32, 24
_BIG_ENDIAN, _LITTLE_ENDIAN = 0x377F0683, 0x377F0682
_MASK = 0xFFFFFFFF
_LARGEST_PAGE = 65_536


def read_wal(database: Path) -> bytes:
    """The log that lies beside a database; empty where there is none, or where it can't be read."""
    try:
        return database.with_name(f"{database.name}-wal").read_bytes()
    except OSError:
        return b""


def is_torn(wal: bytes) -> bool:
    """True where something of the log's own is behind the last commit that SQLite will find.

    Either a write was cut off there, or commits are lost. What an earlier round has left in the file, marked with
    other salts, does not count.
    """
    if not wal:
        return False
    page = _page_size(wal)
    if page is None:
        return True
    salts, begin = wal[16:24], _behind_last_commit(wal, page)
    frame = _FRAME_HEADER + page
    return any(wal[at + 8 : at + 16] == salts for at in range(begin, len(wal) - 15, frame))


def _page_size(wal: bytes) -> int | None:
    """Bytes of a page; None where the log's own header is damaged."""
    if len(wal) < _HEADER or _sums(wal[:24], (0, 0), _order(wal)) != struct.unpack(">II", wal[24:32]):
        return None
    size = int.from_bytes(wal[8:12], "big")
    return size if 0 < size <= _LARGEST_PAGE and size % 8 == 0 else None


def _behind_last_commit(wal: bytes, page: int) -> int:
    """Where the first frame stands that SQLite does not take for a part of a whole commit."""
    order, salts = _order(wal), wal[16:24]
    sums = _sums(wal[:24], (0, 0), order)
    behind = at = _HEADER
    while at + _FRAME_HEADER + page <= len(wal) and wal[at + 8 : at + 16] == salts:
        content = wal[at + _FRAME_HEADER : at + _FRAME_HEADER + page]
        sums = _sums(content, _sums(wal[at : at + 8], sums, order), order)
        number, database_pages, *_, first, second = struct.unpack(">6I", wal[at : at + _FRAME_HEADER])
        if sums != (first, second) or number == 0:
            break
        at += _FRAME_HEADER + page
        if database_pages:
            behind = at
    return behind


def _order(wal: bytes) -> str:
    return {_BIG_ENDIAN: ">", _LITTLE_ENDIAN: "<"}.get(int.from_bytes(wal[:4], "big"), "")


def _sums(content: bytes, sums: tuple[int, int], order: str) -> tuple[int, int]:
    """SQLite's checksum over pairs of 32-bit words, going on from `sums`."""
    first, second = sums
    for one, two in struct.iter_unpack(f"{order}II", content) if order else ():
        first = (first + one + second) & _MASK
        second = (second + two + first) & _MASK
    return first, second
