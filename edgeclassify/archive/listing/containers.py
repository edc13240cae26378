"""Files that hold several images: tars and videos; and stores of objects, in which both may be."""

import os

from edgeclassify.archive.listing.names import Kind, is_hidden, kind_of, sort_key
from edgeclassify.archive.listing.opened import is_compressed
from edgeclassify.archive.listing.options import ListingOptions
from edgeclassify.archive.listing.stores import is_store, shown_url, stored_files
from edgeclassify.archive.listing.table import IN_FOLDER, IN_TAR, IN_VIDEO, Found, ListingTable
from edgeclassify.archive.listing.tars import DamagedTarError, Member, members_of
from edgeclassify.archive.listing.videos import frames_of
from edgeclassify.errors import ImageError, MissingInputError
from edgeclassify.files import printable


class Containers:
    """Puts what is in them into a table. One that several ways lead to counts once."""

    def __init__(self, table: ListingTable, options: ListingOptions) -> None:
        self._table, self._options = table, options

    def tar(self, path: bytes, beside: int) -> None:
        """The images of a tar. `beside`: the camera that a fault of the tar itself is put to."""
        location = os.fsdecode(path)
        real = path if is_store(location) else os.path.realpath(path)
        if not self._begin(real):
            return
        shown = os.fsencode(shown_url(location)) if is_store(location) else path
        members = _Members(self._table, path, shown, real, is_streamed=is_compressed(location))
        try:
            for member in members_of(location):
                members.add(member)
        except DamagedTarError as error:
            self._table.add(beside, Found(os.path.basename(path), fault=str(error)))

    def video(self, path: bytes, beside: int) -> None:
        """Frames of a video; `beside` as of `tar`."""
        real = os.path.realpath(path)
        if not self._begin(real):
            return
        try:
            numbers = frames_of(os.fsdecode(path), self._options.frames_apart_s)
        except ImageError as error:
            self._table.add(beside, Found(os.path.basename(path), fault=str(error)))
            return
        camera = self._table.camera(IN_VIDEO, path, path, real)
        for number in numbers:
            self._table.add(camera, Found(b"", frame=number))

    def store(self, url: str) -> None:
        """What a store holds below a URL. Raises SourceUnusableError where the package for it is missing."""
        last, camera = None, 0
        try:
            for file in stored_files(url):
                where, _, name = file.url.rpartition("/")
                if where != last:
                    place = os.fsencode(where)
                    last, camera = (
                        where,
                        self._table.camera(IN_FOLDER, place, os.fsencode(shown_url(where)), place),
                    )
                raw = os.fsencode(name)
                kind = Kind.IMAGE if file.url == url and kind_of(raw) is Kind.OTHER else kind_of(raw)
                if kind is Kind.IMAGE:
                    self._table.add(camera, Found(raw, size=file.size, modified=file.modified))
                elif kind is Kind.TAR:
                    self.tar(os.fsencode(file.url), camera)
                elif kind is Kind.VIDEO:
                    self._table.add(camera, Found(raw, fault=_within(shown_url(file.url), "a store")))
        except MissingInputError as error:
            place = os.fsencode(url)
            at = self._table.camera(IN_FOLDER, place, os.fsencode(shown_url(url)), place)
            self._table.add(at, Found(b"", fault=str(error)))

    def _begin(self, real: bytes) -> bool:
        """False where it is listed already."""
        if self._table.knows(real):
            return False
        self._table.mark_read(self._table.camera(IN_VIDEO, real, real, real))
        return True


class _Members:
    """Of one tar. Where it can only be read from its begin on, images stay as they lie in it."""

    def __init__(self, table: ListingTable, path: bytes, shown: bytes, real: bytes, *, is_streamed: bool) -> None:
        self._table, self._path, self._shown, self._real = table, path, shown, real
        self._is_streamed = is_streamed
        self._where: bytes | None = None
        self._camera = self._runs = self._count = 0

    def add(self, member: Member) -> None:
        """Its image, if it is one."""
        name = os.fsencode(member.name)
        where, base = os.path.split(os.path.normpath(name))
        kind = kind_of(base)
        if kind is Kind.OTHER or any(is_hidden(part) for part in (*where.split(b"/"), base) if part != b".."):
            return
        if where != self._where:
            self._begin(where)
        self._count += 1
        key = self._count.to_bytes(8, "big") if self._is_streamed else None
        fault = None
        if kind is not Kind.IMAGE:
            fault = _within(f"{printable(os.fsdecode(self._shown))}!{printable(member.name)}", "a tar")
        found = Found(name, None, member.offset, member.size, member.modified, fault, None, key)
        self._table.add(self._camera, found)

    def _begin(self, where: bytes) -> None:
        self._where = where
        self._runs += 1
        shown = self._shown + b"!" + where if where else self._shown
        real, key = self._real + b"!" + where + b"!", None
        if self._is_streamed:
            count = self._runs.to_bytes(8, "big")
            real, key = real + count, sort_key(self._shown) + b"\x01" + count
        self._camera = self._table.camera(IN_TAR, self._path, shown, real, key)


def _within(name: str, place: str) -> str:
    return f"{name}: expected an image, found a video or tar within {place}. Copy it out, and name that."
