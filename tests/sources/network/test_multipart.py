"""Multipart bodies, as cameras write them, in pieces of any size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeclassify.sources.network.multipart import LARGEST_PART, MultipartError, MultipartParser

PICTURES = [
    b"\xff\xd8first\r\n\xff\xd9",
    b"\xff\xd8--second--\xff\xd9",
    b"\xff\xd8" + bytes(range(256)) + b"\xff\xd9",
]


def body(*, with_length=True, boundary="frame", dashes="--", newline=b"\r\n"):
    parts = b""
    for picture in PICTURES:
        length = f"Content-Length: {len(picture)}\r\n" if with_length else ""
        parts += f"{dashes}{boundary}\r\nContent-Type: image/jpeg\r\n{length}\r\n".encode() + picture + newline
    return parts + f"{dashes}{boundary}\r\n".encode()


def fed(data, sizes, boundary="frame"):
    parser, seen, at = MultipartParser(boundary), [], 0
    for size in sizes:
        if parser.feed(data[at : at + size]) == 1:
            seen.append(parser.newest)
        at += size
    return seen


@given(st.booleans(), st.integers(1, 7))
def test_in_pieces_of_any_size(with_length, size):
    data = body(with_length=with_length)
    assert fed(data, [size] * (len(data) // size + 1)) == PICTURES


@pytest.mark.parametrize("with_length", [True, False])
def test_all_at_once_keeps_the_newest(with_length):
    parser = MultipartParser("frame")
    assert parser.feed(body(with_length=with_length)) == 3
    assert parser.newest == PICTURES[-1]
    assert parser.parts == 3


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"boundary": "--myboundary", "dashes": ""}, "--myboundary"),
        ({"boundary": "myboundary"}, "--myboundary"),  # the header names it with dashes, the body adds two more
        ({"boundary": "myboundary"}, '"myboundary"'),
        ({"boundary": "123456789000000000000987654321", "newline": b""}, "123456789000000000000987654321"),
    ],
)
def test_sloppy_boundaries(options, said):
    for with_length in (True, False):
        data = body(with_length=with_length, **options)
        assert fed(data, [11] * (len(data) // 11 + 1), said) == PICTURES


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"x" * 10_000, "no part begins"),
        (b"HTTP is not this\r\n\r\n", "no boundary"),
        (f"--frame\r\nContent-Length: {LARGEST_PART + 1}\r\n\r\n".encode(), "too large"),
    ],
)
def test_what_is_no_multipart(data, reason):
    with pytest.raises(MultipartError, match=reason):
        MultipartParser("frame").feed(data)


def test_a_part_without_an_end(monkeypatch):
    monkeypatch.setattr("edgeclassify.sources.network.multipart.LARGEST_PART", 1000)
    parser = MultipartParser("frame")
    with pytest.raises(MultipartError, match="without an end"):
        parser.feed(b"--frame\r\n\r\n" + b"x" * 2000)


def test_a_picture_that_holds_a_short_mark():
    """Without a Content-Length the next boundary ends a picture, and "fr" is in most of them somewhere."""
    pictures = [b"\xff\xd8 a frog, --fra" + bytes([n]) + b"\xff\xd9" for n in range(3)]
    data = b"".join(b"--frame\r\nContent-Type: image/jpeg\r\n\r\n" + picture + b"\r\n" for picture in pictures)
    parser = MultipartParser("frame")
    assert parser.feed(data + b"--frame\r\n") == 3
    assert parser.newest == pictures[-1]
    short = MultipartParser("fr")
    data = data.replace(b"--frame", b"--fr").replace(b"--fra", b"a fr")
    assert short.feed(data + b"--fr\r\n") == 3
    assert short.newest == pictures[-1].replace(b"--fra", b"a fr")


@pytest.mark.parametrize("before", [b"\r\n--", b"--", b"\n", b"\0\0", b""])
def test_what_stands_before_a_boundary(before):
    picture = b"\xff\xd8 a frame of what\xff\xd9"
    part = b"frame\r\nContent-Type: image/jpeg\r\n\r\n" + picture + before
    parser = MultipartParser("frame")
    seen = sum(parser.feed(bytes([byte])) for byte in part * 3 + b"frame\r\n")
    assert seen == 3
    assert parser.newest.startswith(picture)


def test_neither_a_boundary_nor_a_length():
    with pytest.raises(MultipartError, match="neither"):
        MultipartParser("").feed(b"--\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8")
