"""What sources lead to, found name by name: folders and all below them, patterns, lists, tars, videos, stores."""

import os
import re
import stat
from urllib.parse import unquote

from edgeclassify.archive.listing.containers import Containers
from edgeclassify.archive.listing.globs import is_pattern, matching
from edgeclassify.archive.listing.lists import lines_of
from edgeclassify.archive.listing.names import OF_OUTPUT, Kind, is_hidden, kind_of
from edgeclassify.archive.listing.stores import is_store, shown_source
from edgeclassify.archive.listing.table import IN_FOLDER, Folder, Found, ListingTable
from edgeclassify.files import printable
from edgeclassify.redaction import redacted_url
from edgeclassify.sources.images.decode import KINDS
from edgeclassify.sources.images.reading import is_url

Entry = os.DirEntry[bytes]
_FILE_URL = "file://"
scan = os.scandir


class Finder:
    """Puts what it finds into a table; what can't be read goes there too, with what is wrong."""

    def __init__(self, table: ListingTable, containers: Containers) -> None:
        self._table, self._containers = table, containers
        self._last: Folder | None = None
        """The folder of the last named file: lists name many of one."""

    def source(self, source: str) -> None:
        """A folder, a file, a pattern, a URL, or with @ before it a file that lists such."""
        before = self._table.met
        place = os.fsencode(source)
        if source.startswith("@") and not os.path.lexists(place):
            self._list(place[1:])
        else:
            self._one(place)
        self._read_folders()
        if self._table.met == before:
            self._fault(place, f"{shown_source(source)}: expected images ({KINDS}), tars or videos, found none.")

    def follow_links(self) -> None:
        """What only links lead to; at last, so that nothing is listed under two names."""
        before = -1
        while before != self._table.found:
            before = self._table.found
            for path, camera, named in self._table.links():
                self._link(path, camera, is_named=bool(named))
                self._read_folders()

    def _one(self, place: bytes) -> None:
        text = os.fsdecode(place)
        if text.lower().startswith(_FILE_URL):
            place = os.fsencode(unquote(text[len(_FILE_URL) :]))
        elif is_url(text):
            folder, _, name = text.rpartition("/")
            shown = os.fsencode(redacted_url(folder))
            camera = self._table.camera(IN_FOLDER, os.fsencode(folder), shown, os.fsencode(folder))
            self._table.add(camera, Found(os.fsencode(name)))
            return
        elif is_store(text):
            self._containers.store(text)
            return
        path = _absolute(place)
        try:
            mode = os.stat(path).st_mode
        except OSError as error:
            if os.path.islink(path):
                self._named(path)
            elif is_pattern(path):
                self._pattern(path)
            else:
                self._fault(
                    path, f"{shown_source(text)}: expected a folder, an image, a tar or a video, {_found(error)}."
                )
            return
        if stat.S_ISDIR(mode):
            self._table.have_read(path, os.path.realpath(path))
        else:
            self._named(path)

    def _list(self, path: bytes) -> None:
        try:
            for line in lines_of(path):
                self._one(line)
        except (OSError, ValueError) as error:
            name, reason = printable(os.fsdecode(path)), getattr(error, "strerror", None) or error
            self._fault(path, f"{name}: expected a list of images and folders, can't be read: {reason}. Check it.")

    def _pattern(self, pattern: bytes) -> None:
        for path, names in matching(pattern):
            folder = self._folder(path)
            self._scan(folder, names)

    def _folder(self, path: bytes) -> Folder:
        """Of what is named in it; it is not read itself."""
        if self._last is None or self._last.location != path:
            real = os.path.realpath(path)
            self._last = Folder(self._table.camera(IN_FOLDER, path, path, real), path, real)
        return self._last

    def _named(self, path: bytes) -> None:
        """A file that was named itself: an image, whatever its name."""
        where, name = os.path.split(path)
        folder = self._folder(where)
        kind = kind_of(name)
        if os.path.islink(path):
            self._table.add_link(folder.camera, path, is_named=True)
        else:
            self._file(folder, name, Kind.IMAGE if kind is Kind.OTHER else kind, None)

    def _read_folders(self) -> None:
        while (folder := self._table.next_folder()) is not None:
            self._scan(folder, None)

    def _scan(self, folder: Folder, names: re.Pattern[str] | None) -> None:
        """The folder's files, and that the folders in it are read in their turn; not of an archive's output."""
        if names is None and all(os.path.exists(os.path.join(folder.location, one)) for one in OF_OUTPUT):
            return
        try:
            with scan(folder.location) as entries:
                for entry in entries:
                    if is_hidden(entry.name) if names is None else names.match(os.fsdecode(entry.name)) is None:
                        continue
                    self._entry(folder, entry)
        except OSError as error:
            if names is None:
                name = printable(os.fsdecode(folder.location))
                self._table.add(folder.camera, Found(b"", fault=(
                    f"{name}: expected a folder of images, can't be read: {error.strerror}. "
                    "Check its owner and mode."
                )))  # fmt: skip

    def _entry(self, folder: Folder, entry: Entry) -> None:
        if entry.is_dir(follow_symlinks=False):
            self._table.have_read(entry.path, os.path.join(folder.real, entry.name))
            return
        if entry.is_symlink():
            self._table.add_link(folder.camera, entry.path, is_named=False)
        elif (kind := kind_of(entry.name)) is not Kind.OTHER:
            self._file(folder, entry.name, kind, entry.inode())

    def _file(self, folder: Folder, name: bytes, kind: Kind, inode: int | None) -> None:
        if kind is Kind.IMAGE:
            self._table.add(folder.camera, Found(name, inode=inode))
        else:
            self._container(os.path.join(folder.location, name), kind, folder.camera)

    def _container(self, path: bytes, kind: Kind, camera: int) -> None:
        if kind is Kind.TAR:
            self._containers.tar(path, camera)
        else:
            self._containers.video(path, camera)

    def _link(self, path: bytes, camera: int, *, is_named: bool) -> None:
        name, shown = os.path.basename(path), printable(os.fsdecode(path))
        try:
            mode = os.stat(path).st_mode
        except OSError as error:
            self._table.add(
                camera, Found(name, fault=f"{shown}: expected an image or a folder, {_ends(path, error)}.")
            )
            return
        real = os.path.realpath(path)
        kind = kind_of(name)
        if stat.S_ISDIR(mode):
            where = os.path.realpath(os.path.dirname(path))
            if self._table.have_read(path, real) is None and (where + b"/").startswith(real.rstrip(b"/") + b"/"):
                back = f"found a link back to {printable(os.fsdecode(real))}, which is listed once"
                self._table.add(camera, Found(name, fault=f"{shown}: expected an image or a folder, {back}."))
        elif kind in (Kind.TAR, Kind.VIDEO):
            self._container(path, kind, camera)
        elif kind is Kind.IMAGE or is_named:
            self._table.add_file_link(camera, name, real)

    def _fault(self, place: bytes, fault: str) -> None:
        text = os.fsdecode(place)
        if is_store(text) or is_url(text):
            where, name = os.fsencode(shown_source(text)), b""
        else:
            where, name = os.path.split(_absolute(place))
        self._table.add(self._table.camera(IN_FOLDER, where, where, where), Found(name, fault=fault))


def _absolute(path: bytes) -> bytes:
    """From / on, so that it means the same in another process; what `..` leads to is for the system to say."""
    whole = os.path.join(os.getcwdb(), path)
    return os.path.realpath(whole) if b".." in whole.split(b"/") else os.path.normpath(whole)


def _found(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "found nothing there. Check the path"
    return f"can't be read: {error.strerror}. Check its owner and mode"


def _ends(path: bytes, error: OSError) -> str:
    target = printable(os.fsdecode(os.readlink(path))) if os.path.islink(path) else "elsewhere"
    if isinstance(error, FileNotFoundError):
        return f"found a link to {target}, which is gone"
    return f"found a link to {target}, which can't be followed: {error.strerror}"
