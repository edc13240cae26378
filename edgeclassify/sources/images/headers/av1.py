"""AV1, the coding inside an AVIF: how large an image its data may hold, whatever the boxes around it say.

Only the sequence headers are read. Source: the AV1 bitstream specification, 5.3 (units), 5.5 (sequence header).
"""

_SEQUENCE_HEADER = 1
_MOST_UNITS = 1000
ANY_SIZE = (1 << 16, 1 << 16)
"""The largest size that AV1 knows."""
_LONGEST_HEADER = 256


class EndOfDataError(ValueError):
    """The data ends in the middle of a header."""


class _Bits:
    """Reads numbers of any width, the highest bit first."""

    def __init__(self, data: bytes) -> None:
        self._value, self._left = int.from_bytes(data, "big"), 8 * len(data)

    def take(self, width: int) -> int:
        if width > self._left:
            raise EndOfDataError
        self._left -= width
        return self._value >> self._left & ((1 << width) - 1)

    def skip_uvlc(self) -> None:
        zeros = 0
        while not self.take(1):
            zeros += 1
        self.take(zeros if zeros < 32 else 0)


def largest_image(data: memoryview) -> tuple[int, int]:
    """Width and height in pixels of the largest image that these units allow.

    (0, 0) where no header is found, ANY_SIZE where there are too many units to look at.
    """
    largest, at = (0, 0), 0
    for _ in range(_MOST_UNITS + 1):
        if at >= len(data) or data[at] & 0x80:
            return largest
        kind, extended, sized = data[at] >> 3 & 15, data[at] >> 2 & 1, data[at] >> 1 & 1
        at += 1 + extended
        size, at = _leb128(data, at) if sized else (len(data) - at, at)
        if kind == _SEQUENCE_HEADER:
            try:
                size_here = _size_of(_Bits(bytes(data[at : at + min(size, _LONGEST_HEADER)])))
            except EndOfDataError:
                return largest
            largest = max(largest, size_here, key=lambda sides: sides[0] * sides[1])
        at += size
    return ANY_SIZE


def _leb128(data: memoryview, at: int) -> tuple[int, int]:
    """A number in groups of seven bits, the lowest first, and where what follows it begins."""
    value = 0
    for i, byte in enumerate(data[at : at + 8]):
        value |= (byte & 0x7F) << 7 * i
        if not byte & 0x80:
            return value, at + i + 1
    return len(data), len(data)


def _size_of(bits: _Bits) -> tuple[int, int]:
    bits.take(4)  # profile, still picture
    is_reduced = bool(bits.take(1))
    if is_reduced:
        bits.take(5)
    else:
        _skip_timing_and_operating_points(bits)
    width_bits, height_bits = bits.take(4) + 1, bits.take(4) + 1
    width, height = bits.take(width_bits) + 1, bits.take(height_bits) + 1
    if is_reduced:
        return width, height
    # Each image may state a size of its own in so many bits, and a decoder may believe it. As few bits as the
    # largest image needs are what encoders write.
    return _within(width, width_bits), _within(height, height_bits)


def _within(side: int, bits: int) -> int:
    return side if bits <= (side - 1).bit_length() or bits == 1 else 1 << bits


def _skip_timing_and_operating_points(bits: _Bits) -> None:
    delay_bits = 0
    if bits.take(1):
        bits.take(64)
        if bits.take(1):
            bits.skip_uvlc()
        if bits.take(1):
            delay_bits = bits.take(5) + 1
            bits.take(42)
    has_display_delay = bits.take(1)
    for _ in range(bits.take(5) + 1):
        bits.take(12)
        if bits.take(5) > 7:
            bits.take(1)
        if delay_bits and bits.take(1):
            bits.take(2 * delay_bits + 1)
        if has_display_delay and bits.take(1):
            bits.take(4)
