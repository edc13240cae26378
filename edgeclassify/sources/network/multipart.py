"""multipart/x-mixed-replace: the parts of an endless body as they come in. Pure, fed with bytes."""

import re

BEFORE_MARK = (b"--", b"\r\n", b"\xff\xd9")
LARGEST_PART = 32 << 20
LONGEST_HEAD = 8192


class MultipartError(ValueError):
    """What comes is no multipart body."""


class MultipartParser:
    """Feed it what arrives; `newest` is the last part that was complete.

    A part ends as its Content-Length says, and where it has none at the next boundary. Cameras are sloppy with
    boundaries (with or without the leading dashes), so these are looked for without them, where a line ends.
    """

    def __init__(self, boundary: str) -> None:
        self._mark = boundary.strip('"').lstrip("-").encode("latin-1")
        self._buffer = bytearray()
        self._length: int | None = None
        self._in_body = False
        self._searched = 0
        self.newest = b""
        self.parts = 0

    def feed(self, data: bytes) -> int:
        """How many parts became complete with these bytes. Raises MultipartError."""
        before = self.parts
        self._buffer += data
        while self._take_body() if self._in_body else self._take_head():
            pass
        return self.parts - before

    def _take_head(self) -> bool:
        """Pass the boundary and the part's headers; False while they are not complete."""
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > LONGEST_HEAD:
                raise MultipartError("no part begins")
            return False
        head = bytes(self._buffer[:end])
        if self._mark not in head:
            raise MultipartError("no boundary where one must be")
        said = re.search(rb"content-length: *(\d{1,9})", head, re.IGNORECASE)
        self._length = int(said[1]) if said else None
        if self._length is not None and self._length > LARGEST_PART:
            raise MultipartError("a part too large")
        del self._buffer[: end + 4]
        self._in_body, self._searched = True, 0
        return True

    def _take_body(self) -> bool:
        """The part's body; False while it is not complete."""
        if self._length is not None:
            if len(self._buffer) < self._length:
                return False
            return self._complete(self._length)
        at = self._find_mark()
        if at < 0:
            if len(self._buffer) > LARGEST_PART:
                raise MultipartError("a part without an end")
            return False
        end = at
        while end and self._buffer[end - 1] in b"-":
            end -= 1
        return self._complete(end - 2 if self._buffer[end - 2 : end] == b"\r\n" else end)

    def _find_mark(self) -> int:
        """Where the next boundary's mark stands in the buffer; -1: it has not come yet."""
        if not self._mark:
            raise MultipartError("neither a boundary nor a length")
        at = self._searched
        while (at := self._buffer.find(self._mark, at)) >= 0:
            end = at + len(self._mark)
            behind = bytes(self._buffer[end : end + 2])
            # A picture may hold a short mark, too.
            if bytes(self._buffer[max(0, at - 2) : at]) in BEFORE_MARK or behind == b"\r\n":
                return at
            if len(behind) < 2:
                self._searched = at
                return -1
            at += 1
        self._searched = max(0, len(self._buffer) - len(self._mark))
        return -1

    def _complete(self, length: int) -> bool:
        self.newest = bytes(self._buffer[:length])
        del self._buffer[:length]
        self.parts += 1
        self._in_body = False
        return True
