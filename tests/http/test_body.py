"""Bodies of HTTP answers: chunks, and compression within bounds."""

import zlib

import pytest
from hypothesis import given, strategies as st

from edgeclassify.http.body import Chunks, Unpacker


@given(st.lists(st.binary(min_size=1, max_size=50), min_size=1, max_size=8), st.integers(1, 20), st.booleans())
def test_chunks_in_pieces_of_any_size(chunks: list[bytes], size: int, sloppy: bool) -> None:
    eol = b"\n" if sloppy else b"\r\n"
    wire = b"".join(b"%x;name=value%s%s\r\n" % (len(chunk), eol, chunk) for chunk in chunks)
    parser, got = Chunks(), b""
    for at in range(0, len(wire), size):
        got += parser.feed(wire[at : at + size])
    assert got == b"".join(chunks)
    assert not parser.ended
    assert parser.feed(b"0\r\n\r\n") == b""
    assert parser.ended


@pytest.mark.parametrize("wire", [b"these are none\r\n", b"1" * 5000, b"-5\r\nabc", b"0x3\r\nabc", b"1_0\r\nabc"])
def test_no_chunks(wire: bytes) -> None:
    with pytest.raises(ValueError, match="without a size"):
        Chunks().feed(wire)


@pytest.mark.parametrize(("encoding", "bits"), [("gzip", 31), ("x-gzip", 31), ("deflate", 15), ("deflate", -15)])
def test_compression_and_a_bomb(encoding: str, bits: int) -> None:
    packer = zlib.compressobj(9, wbits=bits)
    packed = packer.compress(bytes(50_000_000)) + packer.flush()
    unpacker = Unpacker(encoding)
    assert unpacker.feed(packed, 1000) == bytes(1000)
    assert len(packed) < 100_000


def test_what_is_said_to_be_gzip_and_is_zlib() -> None:
    assert Unpacker("gzip").feed(zlib.compress(b"abc"), 100) == b"abc"


def test_what_is_not_compressed_stays() -> None:
    assert Unpacker("").feed(b"abc", 2) == b"abc"
    assert Unpacker("identity").feed(b"abc", 2) == b"abc"


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_damaged_compression(encoding: str) -> None:
    with pytest.raises(ValueError, match="compression is damaged"):
        Unpacker(encoding).feed(b"\x07no packed data at all", 100)


def test_deflate_in_pieces_of_one_byte() -> None:
    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(b"abc" * 50) + packer.flush()
    unpacker = Unpacker("deflate")
    assert b"".join(unpacker.feed(packed[at : at + 1], 1000) for at in range(len(packed))) == b"abc" * 50
