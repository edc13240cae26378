"""The body of an HTTP answer as it comes: chunks taken apart, compression undone within bounds (RFC 9112).

urllib3 reads chunks from a connection alone, which can't be waited on (see client.py). Its decoders would do for
compression but for what is said to be gzip and is zlib's, and take 6 MB of memory with all that they import.
"""

import re
import zlib

LONGEST_LINE = 1024
_SIZE = re.compile(rb"\s*([0-9a-f]{1,12})\s*(?:;.*)?", re.IGNORECASE | re.DOTALL)


class Chunks:
    """The bytes of a chunked body, without what stands around the chunks. `ended`: the last one has come."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._left = 0
        self.ended = False

    def feed(self, data: bytes) -> bytes:
        """What is the body's of these bytes. Raises ValueError where they are no chunks."""
        self._buffer += data
        body = bytearray()
        while self._buffer and not self.ended:
            if self._left:
                taken = min(self._left, len(self._buffer))
                body += self._buffer[:taken]
                del self._buffer[:taken]
                self._left -= taken
            elif not self._take_size():
                break
        return bytes(body)

    def _take_size(self) -> bool:
        """Pass the line before a chunk; False while it has not come whole."""
        begin = self._buffer[:LONGEST_LINE]
        start = len(begin) - len(begin.lstrip(b"\r\n"))
        end = self._buffer.find(b"\n", start)
        if end < 0:
            if len(self._buffer) >= LONGEST_LINE:
                raise ValueError("a chunk without a size")
            return False
        size = _SIZE.fullmatch(bytes(self._buffer[start:end]))
        if size is None:
            raise ValueError("a chunk without a size")
        del self._buffer[: end + 1]
        self._left = int(size[1], 16)
        self.ended = self._left == 0
        return True


class Unpacker:
    """Undoes gzip or deflate, never giving more than it is asked for: a bomb stays small."""

    def __init__(self, encoding: str) -> None:
        self._stream = zlib.decompressobj(47 if "gzip" in encoding else 15) if _is_packed(encoding) else None
        self._is_undecided = encoding == "deflate"
        self._first = b""

    def feed(self, data: bytes, most: int) -> bytes:
        """At most `most` bytes of what these are. Raises ValueError where they are not as they are said to be."""
        if self._stream is None:
            return data
        if self._is_undecided:
            data = self._first = self._first + data
            if len(data) < 2:
                return b""
            self._is_undecided = False
            if not _is_zlib(data):  # deflate as many servers mean it
                self._stream = zlib.decompressobj(-15)
        try:
            return self._stream.decompress(data, most)
        except zlib.error as error:
            raise ValueError("its compression is damaged") from error


def _is_zlib(data: bytes) -> bool:
    """True where it begins with a head of RFC 1950."""
    return data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0


def _is_packed(encoding: str) -> bool:
    return encoding in ("gzip", "x-gzip", "deflate")
