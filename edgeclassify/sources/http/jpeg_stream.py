"""JPEGs in an endless stream of bytes, as cameras send them: found by themselves, not by what stands around them.

Cameras are sloppy: the boundary comes behind the image, is another one than announced, or there is none; lines
end in a line feed alone; lengths are missing or wrong; the end marker is left out. An image is what begins with a
JPEG's start and goes on, segment by segment (so a thumbnail in Exif is none), to its end marker, to the boundary,
or to the next start. Where a stated length has proved right once, the images after it are taken by their length,
unread. Source: ITU-T T.81, annex B. Pure, fed with bytes.
"""

import re

LARGEST_IMAGE = 32 << 20
MOST_BETWEEN = 32 << 20
"""Bytes without a JPEG's start that are no stream of images."""
LONGEST_HEAD = 8192
END = b"\xff\xd9"

_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_IN_SCAN = frozenset((0xC4, _SOS, 0xDB, 0xDC, 0xDD))
"""Segments that may stand behind the first scan; before it any may."""
_START = re.compile(rb"\xff\xd8\xff[\xc0-\xcf\xdb-\xfe]")
_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]")
_LENGTH = re.compile(rb"content-length[ \t]*:[ \t]*([0-9]{1,9})[ \t]*\r?\n", re.IGNORECASE)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_TEXT_BETWEEN = re.compile(rb"\r?\n(?:--|content-)", re.IGNORECASE)
_LINE_ENDS = re.compile(rb"(?:--)?\r?\n")
_PADDING = b"\0\r\n "
_PADDING_BYTES = 64
_MOST_MISPLACED = 16
"""Bytes between a part's head and its image, and between an image's end and the boundary."""


class NoImageError(ValueError):
    """What comes is no stream of JPEGs."""


class JpegStream:
    """Feed it what arrives; `newest` is the last image that was complete, `images` their number.

    `boundary`: as the server announced it; empty where it did not. Memory is bounded: see LARGEST_IMAGE.
    """

    def __init__(self, boundary: str = "") -> None:
        self._mark = boundary.strip('" ').lstrip("-").encode("latin-1", errors="replace")
        self._buffer = bytearray()
        self._inside = False
        self._between = 0
        self._length: int | None = None
        self._length_is_right = self._lacks_end = False
        self._at = self._searched = 0
        self._scan_at = 0
        self._is_sound = True
        self.newest = b""
        self.images = 0

    def feed(self, data: bytes) -> int:
        """How many images became complete with these bytes. Raises NoImageError."""
        before = self.images
        self._buffer += data
        while self._take_image() if self._inside else self._find_start():
            pass
        return self.images - before

    @property
    def has_begun(self) -> bool:
        """True while an image has begun and is not complete."""
        return self._inside

    @property
    def held_bytes(self) -> int:
        """Bytes that it keeps of what has come, beside `newest`."""
        return len(self._buffer)

    def _find_start(self) -> bool:
        start = _START.search(self._buffer)
        if start is None:
            passed = max(0, len(self._buffer) - LONGEST_HEAD)
            del self._buffer[:passed]
            self._between += passed
            if self._between > MOST_BETWEEN:
                raise NoImageError(f"no JPEG in {MOST_BETWEEN >> 20} MB")
            return False
        at = start.start()
        self._length = _stated_length(bytes(self._buffer[max(0, at - LONGEST_HEAD) : at]))
        del self._buffer[:at]
        self._inside, self._scan_at, self._is_sound = True, 0, True
        self._at = self._searched = 2
        return True

    def _take_image(self) -> bool:
        """The image that has begun; False while it is not complete."""
        if self._length_is_right and self._length is not None and self._is_likely(self._length):
            if len(self._buffer) < self._length:
                return False
            ends = self._ends_at(self._length)
            if ends or self._lacks_end:
                self._lacks_end = not ends
                return self._complete(self._length)
            self._length_is_right = False
        end = self._find_end()
        if end is None:
            if len(self._buffer) > LARGEST_IMAGE:
                raise NoImageError(f"a JPEG without an end in {LARGEST_IMAGE >> 20} MB")
            return False
        # What is cut before its scan is no image without an end marker, but a piece of one.
        self._lacks_end = self._scan_at > 0 and self._buffer[end - 2 : end] != END
        self._length_is_right = self._length is not None and self._fits(self._length, end)
        return self._complete(end)

    def _is_likely(self, length: int) -> bool:
        """True where it is worth waiting for so many bytes: a wrong number would keep images back."""
        return length <= min(LARGEST_IMAGE, 2 * len(self.newest) + LONGEST_HEAD)

    def _fits(self, length: int, end: int) -> bool:
        """True where the image ends where its length said, but for padding; as far as it has come."""
        if not 0 <= length - end <= _PADDING_BYTES:
            return False
        return not bytes(self._buffer[end:length]).strip(_PADDING)

    def _ends_at(self, length: int) -> bool:
        tail = bytes(self._buffer[max(0, length - _PADDING_BYTES - len(END)) : length])
        return tail.rstrip(_PADDING).endswith(END)

    def _find_end(self) -> int | None:
        """Where the image ends in the buffer; None: it has not come yet."""
        end = self._walk()
        until = len(self._buffer) if end is None else end
        # A scan ends with a marker; what is cut before it may lead over the next image's start.
        if self._scan_at and not self._lacks_end:
            until = min(until, self._scan_at)
        mark = self._find_mark(until)
        return end if mark is None else mark

    def _walk(self) -> int | None:
        """From marker to marker: over segments by their length, through the scans by looking for the next one."""
        buffer = self._buffer
        while marker := _MARKER.search(buffer, self._at):
            at = marker.start()
            code = buffer[at + 1]
            if self._is_sound and not self._scan_at and at != self._at:
                self._is_sound, self._searched = False, 2  # cut within its head: by the boundary?
            if code == _EOI:
                return at + 2
            if len(buffer) < at + 4:
                self._at = at
                return None
            if code == _SOI and _START.match(buffer, at):
                return self._end_before(at)
            is_segment = code in _IN_SCAN if self._scan_at else code > 0xBF and code != _SOI
            self._scan_at = self._scan_at or (at if code == _SOS else 0)
            self._at = at + 2 + (int.from_bytes(buffer[at + 2 : at + 4], "big") if is_segment else 0)
        self._at = max(self._at, len(buffer) - 1)
        return None

    def _end_before(self, start: int) -> int:
        """The end of an image that lacks its marker: before the text that leads to the next one."""
        begin = max(2, start - LONGEST_HEAD)
        text = _TEXT_BETWEEN.search(bytes(self._buffer[begin:start]))
        return start if text is None else begin + text.start()

    def _find_mark(self, until: int) -> int | None:
        """Where a line with the boundary ends the image before `until`: a line of its own.

        In segments that follow each other as they should (a comment, metadata) it is part of the image.
        """
        if self._is_sound:
            self._searched = max(self._searched, min(self._scan_at or self._at, until))
        while self._mark and (at := self._buffer.find(self._mark, self._searched, until)) >= 0:
            begin = at
            while begin > 2 and self._buffer[begin - 1] in b"-":
                begin -= 1
            behind = bytes(self._buffer[at + len(self._mark) : at + len(self._mark) + 4])
            if self._buffer[begin - 1] in b"\n" and _LINE_ENDS.match(behind):
                return begin - 2 if self._buffer[begin - 2 : begin] == b"\r\n" else begin - 1
            if len(behind) < 4:
                self._searched = at
                return None
            self._searched = at + 1
        self._searched = max(self._searched, until - len(self._mark))
        return None

    def _complete(self, end: int) -> bool:
        with memoryview(self._buffer) as whole, whole[:end] as image:  # copied once
            self.newest = b"".join((image, END)) if self._lacks_end else bytes(image)
        del self._buffer[:end]
        self.images += 1
        self._inside, self._between = False, 0
        return True


def is_multipart(data: bytes) -> bool:
    """True where a body begins as a stream of parts, whatever its type is said to be."""
    return re.match(rb"\s*--[^\r\n]{1,200}\r?\n[a-z-]+:", data, re.IGNORECASE) is not None


def is_whole(data: bytes | bytearray) -> bool:
    """True where it is a JPEG that has come to its end."""
    if END not in data[-_PADDING_BYTES:]:
        return False
    images = JpegStream()
    return images.feed(bytes(data)) > 0 and not images.has_begun


def from_its_start(data: bytes) -> bytes:
    """A JPEG with bytes before it (line ends, a byte order mark) without them; all else as it is."""
    start = _START.search(data, 0, _MOST_MISPLACED + 4)
    return data if start is None else data[start.start() :]


def with_end_marker(data: bytes) -> bytes:
    """A JPEG whose end marker the camera left out, with one; all else as it is."""
    if not _START.match(data) or END in data[-_PADDING_BYTES:]:
        return data
    return data + END


def _stated_length(before: bytes) -> int | None:
    """Bytes from the image's start to its end, by the last head before it; None: it says nothing (of use)."""
    lengths, blank_lines = _LENGTH.findall(before), list(_BLANK_LINE.finditer(before))
    if not lengths or not blank_lines:
        return None
    misplaced = len(before) - blank_lines[-1].end()
    length = int(lengths[-1]) - misplaced
    return length if misplaced <= _MOST_MISPLACED and length > 0 else None
