"""The file of a listing: a SQLite database that is written in one go, and only read from then on.

What is found goes into a second file as it comes; order and repetition are left to SQLite's sorter, which works on
disk. So memory stays as it is, however many images there are.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from edgeclassify.archive.listing.names import sort_key
from edgeclassify.errors import StorageError
from edgeclassify.files import printable, sync_folder
from edgeclassify.files.database import connect, is_full
from edgeclassify.lazy_dataclass import dataclass

FORMAT = 1
IN_FOLDER, IN_TAR, IN_VIDEO = range(3)
"""How an item's place follows from its camera's and its own name."""
_CACHE_KIB = 16 << 10
_ROWS_AT_ONCE = 4000
_LISTED = """
CREATE TABLE camera (
    id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, location BLOB NOT NULL, name BLOB NOT NULL,
    real BLOB NOT NULL UNIQUE, key BLOB NOT NULL, waits INTEGER NOT NULL, rank INTEGER
);
CREATE INDEX waiting ON camera (id) WHERE waits = 1;
CREATE TABLE item (
    number INTEGER PRIMARY KEY, camera INTEGER NOT NULL, name BLOB NOT NULL, frame INTEGER, offset INTEGER,
    size INTEGER, modified REAL, fault TEXT
);
CREATE TABLE batch (number INTEGER PRIMARY KEY, first INTEGER NOT NULL, images INTEGER NOT NULL);
"""
_FOUND = """
CREATE TABLE draft.found (
    id INTEGER PRIMARY KEY, camera INTEGER NOT NULL, key BLOB NOT NULL, name BLOB NOT NULL, frame INTEGER,
    offset INTEGER, size INTEGER, modified REAL, fault TEXT, inode INTEGER
);
CREATE TABLE draft.link (
    path BLOB PRIMARY KEY, camera INTEGER NOT NULL, named INTEGER NOT NULL, state INTEGER NOT NULL
);
CREATE TABLE draft.file_link (
    id INTEGER PRIMARY KEY, camera INTEGER NOT NULL, name BLOB NOT NULL, real BLOB NOT NULL,
    real_name BLOB NOT NULL
);
"""
_ADD = "INSERT INTO draft.found VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
# One sort for both: of what several sources gave, and of a tar's members of one name, the last one stays.
_PUT_IN_ORDER = """
INSERT INTO item (camera, name, frame, offset, size, modified, fault)
SELECT found.camera, found.name, found.frame, nullif(max(ifnull(found.offset, -1)), -1), found.size,
    found.modified, found.fault
FROM draft.found AS found JOIN camera ON camera.id = found.camera
GROUP BY camera.rank, found.key, found.name, found.frame
ORDER BY camera.rank, found.key, found.name, found.frame
"""
_LINKS_TO_WHAT_IS_LISTED = """
DELETE FROM draft.file_link WHERE id IN (
    SELECT file_link.id FROM draft.found AS found JOIN camera ON camera.id = found.camera
    JOIN draft.file_link AS file_link ON file_link.real = camera.real AND file_link.real_name = found.name
)
"""
_SECOND_LINKS = """
DELETE FROM draft.file_link WHERE id NOT IN (SELECT min(id) FROM draft.file_link GROUP BY real, real_name)
"""
_LINKS_AS_FOUND = """
INSERT INTO draft.found (camera, key, name) SELECT camera, sort_key(name), name FROM draft.file_link
"""
_SAME_INODES = """
SELECT found.id, found.inode, camera.location, found.name FROM draft.found AS found
JOIN camera ON camera.id = found.camera
WHERE found.inode IN (
    SELECT inode FROM draft.found WHERE inode IS NOT NULL GROUP BY inode HAVING count(*) > 1
)
ORDER BY found.inode, camera.rank, found.key, found.name
"""


@dataclass(frozen=True, slots=True)
class Found:
    """An image within its camera; `name`: of its file or member, empty for a frame; the rest as of `Item`.

    `key`: what it is sorted by, None: its name. `inode`: of a plain file.
    """

    name: bytes
    frame: int | None = None
    offset: int | None = None
    size: int | None = None
    modified: float | None = None
    fault: str | None = None
    inode: int | None = None
    key: bytes | None = None


@dataclass(frozen=True, slots=True)
class Folder:
    """One that is to be read. `location`: as its source reaches it; `real`: the same whichever way leads there."""

    camera: int
    location: bytes
    real: bytes


@contextmanager
def errors_said(path: Path) -> Iterator[None]:
    """SQLite's errors as StorageError."""
    try:
        yield
    except sqlite3.Error as error:
        reason = "there is no room on the disk. Make some" if is_full(error) else f"{error}. Check disk and owner"
        raise StorageError(
            f"{printable(path)}: expected to write the list of images, but {reason}, and start again."
        ) from error
    except OSError as error:
        raise StorageError(
            f"{printable(path)}: expected to write the list of images, but {error.strerror}. Check disk and owner."
        ) from error


class ListingTable:
    """The file while it is written; one thread uses it. SQLite's errors come as they are: see `errors_said`."""

    def __init__(self, path: Path, said: Callable[[int], None]) -> None:
        """`said`: called now and then with how many there are so far, some of them perhaps twice."""
        self._path, self._said = path, said
        self._part, self._draft = path.with_name(f"{path.name}.part"), path.with_name(f"{path.name}.draft")
        self._rows: list[tuple[object, ...]] = []
        self.found = 0
        """Images and links so far."""
        self.met = 0
        """The same, with folders and files that were known already."""
        self._sweep()
        for path in (self._part, self._draft):
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))  # URLs may have passwords
        self._connection = connect(self._part, timeout=10)
        self._connection.create_function("sort_key", 1, sort_key, deterministic=True)
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._connection.execute("ATTACH ? AS draft", (str(self._draft),))
        self._connection.execute("PRAGMA draft.journal_mode = OFF")
        self._connection.execute("PRAGMA draft.synchronous = OFF")
        self._connection.executescript(_LISTED + _FOUND)
        self._connection.execute("BEGIN")

    def camera(self, kind: int, location: bytes, name: bytes, real: bytes, key: bytes | None = None) -> int:
        """The number of a camera, which is new or known by `real`."""
        key = sort_key(name) if key is None else key
        found = self._connection.execute("SELECT id FROM camera WHERE real = ?", (real,)).fetchone()
        if found is None:
            row = (kind, location, name, real, key)
            found = (self._connection.execute("INSERT INTO camera VALUES (NULL,?,?,?,?,?,0,NULL)", row).lastrowid,)
        number: int = found[0]
        return number

    def knows(self, real: bytes) -> bool:
        """True where that folder, tar or video is read already, or will be."""
        query = "SELECT 1 FROM camera WHERE real = ? AND waits > 0"
        is_known = self._connection.execute(query, (real,)).fetchone() is not None
        self.met += is_known
        return is_known

    def have_read(self, location: bytes, real: bytes) -> int | None:
        """Have that folder and all below it read in its turn: its number; None where that is so already."""
        if self.knows(real):
            return None
        number = self.camera(IN_FOLDER, location, location, real)
        self._connection.execute("UPDATE camera SET waits = 1 WHERE id = ?", (number,))
        return number

    def next_folder(self) -> Folder | None:
        """One that is to be read; it counts as read then."""
        found = self._connection.execute(
            "SELECT id, location, real FROM camera WHERE waits = 1 LIMIT 1"
        ).fetchone()
        if found is None:
            return None
        self.mark_read(found[0])
        return Folder(*found)

    def mark_read(self, camera: int) -> None:
        """Nobody needs to read that any more."""
        self._connection.execute("UPDATE camera SET waits = 2 WHERE id = ?", (camera,))

    def add(self, camera: int, found: Found) -> None:
        """One image."""
        key = sort_key(found.name) if found.key is None else found.key
        place = found.frame, found.offset, found.size
        self._rows.append((camera, key, found.name, *place, found.modified, found.fault, found.inode))
        self.found += 1
        self.met += 1
        if len(self._rows) >= _ROWS_AT_ONCE:
            self._flush()

    def add_link(self, camera: int, path: bytes, *, is_named: bool) -> None:
        """A link, which is followed when all that is reached without one is known. `is_named`: by the user."""
        row = (path, camera, is_named)
        self._connection.execute("INSERT OR IGNORE INTO draft.link VALUES (?, ?, ?, 0)", row)
        self.found += 1
        self.met += 1

    def links(self) -> Iterator[tuple[bytes, int, int]]:
        """Those that came since the last time, by their paths: path, camera, and whether it was named."""
        self._connection.execute("UPDATE draft.link SET state = state + 1 WHERE state < 2")
        last = b""
        query = "SELECT path, camera, named FROM draft.link WHERE state = 1 AND path > ? ORDER BY path LIMIT 1"
        while (found := self._connection.execute(query, (last,)).fetchone()) is not None:
            last = found[0]
            yield found

    def add_file_link(self, camera: int, name: bytes, real: bytes) -> None:
        """A link to an image's file, which counts where nothing else leads to that."""
        row = (camera, name, *os.path.split(real))
        self._connection.execute("INSERT INTO draft.file_link VALUES (NULL, ?, ?, ?, ?)", row)

    def finish(self, most_in_batch: int) -> None:
        """Order, batches, and the file at its place, as durable as a file can be."""
        run = self._connection.execute
        self._flush()
        run(
            "CREATE TEMP TABLE ranked AS SELECT id, row_number() OVER (ORDER BY key, name, id) AS rank FROM camera"
        )
        run("CREATE UNIQUE INDEX ranked_ids ON ranked (id)")
        run("UPDATE camera SET rank = (SELECT rank FROM ranked WHERE ranked.id = camera.id)")
        self._settle_links()
        self._drop_hard_links()
        run(_PUT_IN_ORDER)
        self._cut(most_in_batch)
        run(f"PRAGMA user_version = {FORMAT}")
        run("COMMIT")
        self.close()
        with self._part.open("rb") as file:
            os.fsync(file.fileno())
        self._part.replace(self._path)
        sync_folder(self._path.parent)
        self._sweep()

    def close(self) -> None:
        """Let go of the files, finished or not."""
        self._connection.close()

    def drop(self) -> None:
        """Nothing is to be left of it."""
        self.close()
        self._sweep()

    def _sweep(self) -> None:
        for path in (self._part, self._draft):
            with suppress(OSError):
                path.unlink()

    def _flush(self) -> None:
        self._connection.executemany(_ADD, self._rows)
        self._rows.clear()
        self._said(self.found)

    def _settle_links(self) -> None:
        run = self._connection.execute
        if run("SELECT 1 FROM draft.file_link LIMIT 1").fetchone() is None:
            return
        run(_SECOND_LINKS)
        run("CREATE INDEX draft.targets ON file_link (real, real_name)")
        run(_LINKS_TO_WHAT_IS_LISTED)
        run(_LINKS_AS_FOUND)

    def _drop_hard_links(self) -> None:
        """Of the names of one file the first stays. Numbers in a folder may be made up: the file itself tells."""
        gone: list[tuple[int]] = []
        inode, files = None, set[tuple[int, int]]()
        for number, of, location, name in self._connection.execute(_SAME_INODES):
            if of != inode:
                inode, files = of, set()
            try:
                status = os.lstat(os.path.join(location, name))
            except OSError:
                continue
            file = status.st_dev, status.st_ino
            if status.st_nlink > 1 and file in files:
                gone.append((number,))
            files.add(file)
        self._connection.executemany("DELETE FROM draft.found WHERE id = ?", gone)

    def _cut(self, most: int) -> None:
        def batches() -> Iterator[tuple[int, int, int]]:
            number, begun, images, of = 0, 1, 0, None
            for item, camera in self._connection.execute("SELECT number, camera FROM item ORDER BY number"):
                if images and (camera != of or images == most):
                    yield number, begun, images
                    number, begun, images = number + 1, item, 0
                of, images = camera, images + 1
            if images:
                yield number, begun, images

        self._connection.executemany("INSERT INTO batch VALUES (?, ?, ?)", batches())
