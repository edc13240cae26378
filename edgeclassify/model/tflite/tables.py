"""Reads tables of a FlatBuffer without generated code and without trusting a single offset in it.

The format (https://flatbuffers.dev/internals/): a table starts with a signed 32-bit distance back to its
vtable; the vtable lists, per slot, where in the table the field lies (0: absent, the default holds). Strings,
vectors and sub-tables are unsigned 32-bit distances forward. All numbers are little-endian.

The flatbuffers package reads such tables too, but follows offsets unchecked (a negative one silently reads
from the other end of the buffer); here every access is checked against the size of the buffer, and the work
is bounded, since a few bytes can name the same large vector thousands of times.
"""

import struct
from typing import Any

INT8, UINT8 = struct.Struct("<b"), struct.Struct("<B")
INT32, UINT32 = struct.Struct("<i"), struct.Struct("<I")
INT64, UINT64 = struct.Struct("<q"), struct.Struct("<Q")
_VTABLE_HEAD = struct.Struct("<HH")
_HEAD_BYTES = 4
_FLOOR_BUDGET = 1 << 16


class DamagedTableError(ValueError):
    """An offset or a count leads outside the buffer; the message says where."""


class BeyondEndError(DamagedTableError):
    """An offset or a count leads beyond the end of the buffer, as in a file that was cut off."""


class TableBuffer:
    """A FlatBuffer in memory: bounds, and how far into it the tables reach (`end`)."""

    __slots__ = ("_budget", "data", "end", "size")

    def __init__(self, data: memoryview) -> None:
        self.data = data
        self.size = len(data)
        self.end = 0
        # Real files name most bytes once (shared vectors a few times); 16 times over is no honest file.
        self._budget = 16 * self.size + _FLOOR_BUDGET

    def root(self) -> "Table":
        """The root table, named by the buffer's first four bytes."""
        return Table(self, self.number(0, UINT32))

    def check(self, at: int, size: int, what: str) -> None:
        """Raise DamagedTableError unless bytes [at, at + size) are inside the buffer."""
        end = at + size
        if at < 0 or end > self.size:
            kind = DamagedTableError if at < 0 else BeyondEndError
            raise kind(f"{what} should be at bytes {at} to {end}")
        if end > self.end:
            self.end = end

    def spend(self, size: int) -> None:
        """Count `size` bytes as read; raises DamagedTableError where a file names its bytes over and over."""
        self._budget -= size
        if self._budget < 0:
            raise DamagedTableError("its tables name the same bytes over and over")

    def number(self, at: int, form: struct.Struct) -> int:
        """One integer of `form` at byte `at`."""
        self.check(at, form.size, "a number")
        value: int = form.unpack_from(self.data, at)[0]
        return value

    def vector(self, at: int, item_bytes: int, what: str) -> tuple[int, int]:
        """First byte and item count of the vector that the offset at byte `at` points to."""
        start = at + self.number(at, UINT32)
        count = self.number(start, UINT32)
        self.check(start + 4, count * item_bytes, f"{what} of {count} items")
        return start + 4, count


class Table:
    """One table of a FlatBuffer. Slots count as in the schema, from 0; absent ones give the default."""

    __slots__ = ("_at", "_buffer", "_inline", "_offsets")

    def __init__(self, buffer: TableBuffer, at: int) -> None:
        vtable = at - buffer.number(at, INT32)
        buffer.check(vtable, _HEAD_BYTES, "a table's layout")
        length, inline = _VTABLE_HEAD.unpack_from(buffer.data, vtable)
        if length < _HEAD_BYTES or length % 2 or inline < _HEAD_BYTES:
            raise DamagedTableError(f"the layout of the table at byte {at} makes no sense")
        buffer.check(vtable, length, "a table's layout")
        buffer.check(at, inline, "a table")
        buffer.spend(length + inline)
        self._buffer, self._at, self._inline = buffer, at, inline
        self._offsets: tuple[int, ...] = struct.unpack_from(f"<{length // 2 - 2}H", buffer.data, vtable + 4)

    def _place(self, slot: int, size: int) -> int | None:
        """Byte of the field of `slot`, None where it is absent."""
        offset = self._offsets[slot] if slot < len(self._offsets) else 0
        if offset == 0:
            return None
        if offset < _HEAD_BYTES or offset + size > self._inline:
            raise DamagedTableError(f"field {slot} of the table at byte {self._at} lies outside the table")
        return self._at + offset

    def place(self, slot: int) -> int | None:
        """Byte of the offset that stands in `slot`, where it may be pointed elsewhere; None where it is absent."""
        return self._place(slot, UINT32.size)

    def number(self, slot: int, form: struct.Struct, default: int = 0) -> int:
        """The integer in `slot`."""
        at = self._place(slot, form.size)
        return default if at is None else self._buffer.number(at, form)

    def table(self, slot: int) -> "Table | None":
        """The sub-table in `slot`."""
        at = self._place(slot, 4)
        return None if at is None else Table(self._buffer, at + self._buffer.number(at, UINT32))

    def tables(self, slot: int) -> "list[Table]":
        """The vector of tables in `slot`."""
        at = self._place(slot, 4)
        if at is None:
            return []
        start, count = self._buffer.vector(at, 4, "a list of tables")
        self._buffer.spend(4 * count)
        offsets = struct.unpack_from(f"<{count}I", self._buffer.data, start)
        return [Table(self._buffer, start + 4 * i + offset) for i, offset in enumerate(offsets)]

    def numbers(self, slot: int, form: str) -> tuple[Any, ...]:
        """The vector of numbers in `slot`; `form` is the item's struct letter ("i", "q", "f", …)."""
        at = self._place(slot, 4)
        if at is None:
            return ()
        start, count = self._buffer.vector(at, struct.calcsize("<" + form), "a list of numbers")
        self._buffer.spend(count * struct.calcsize("<" + form))
        return struct.unpack_from(f"<{count}{form}", self._buffer.data, start)

    def blob(self, slot: int) -> memoryview:
        """The bytes in `slot`, not copied."""
        at = self._place(slot, 4)
        if at is None:
            return self._buffer.data[:0]
        start, count = self._buffer.vector(at, 1, "a block of data")
        return self._buffer.data[start : start + count]

    def text(self, slot: int) -> str:
        """The string in `slot`; bytes that are no UTF-8 are replaced."""
        blob = self.blob(slot)
        self._buffer.spend(len(blob))
        return bytes(blob).decode("utf-8", "replace")
