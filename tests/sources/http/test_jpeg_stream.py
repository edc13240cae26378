"""JPEGs found in streams of bytes, as cameras write them, in pieces of any size."""

import io
from typing import Any

import pytest
from hypothesis import given, strategies as st
from PIL import Image

from edgeclassify.sources.http import jpeg_stream
from edgeclassify.sources.http.jpeg_stream import (
    END,
    JpegStream,
    NoImageError,
    from_its_start,
    is_multipart,
    is_whole,
    with_end_marker,
)
from tests.sources.dialects import BARE, DIALECTS, PICTURES, WITH_THUMBNAIL, part, wanted_of
from tests.sources.image_files import encode, noise


def fed(data: bytes, size: int, boundary: str = "frame") -> tuple[JpegStream, list[bytes]]:
    stream, seen = JpegStream(boundary), []
    for at in range(0, len(data), size):
        for _ in range(stream.feed(data[at : at + size])):
            seen.append(stream.newest)
    return stream, seen


def same_pixels(one: bytes, other: bytes) -> bool:
    return Image.open(io.BytesIO(one)).tobytes() == Image.open(io.BytesIO(other)).tobytes()


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_every_picture_of_every_dialect(name: str, size: int) -> None:
    boundary, body = DIALECTS[name]
    _, seen = fed(body, size, boundary)
    wanted = wanted_of(name)
    assert len(seen) == len(wanted)
    assert all(same_pixels(one, other) for one, other in zip(seen, wanted, strict=True))
    assert all(one.rstrip(b"\0\r\n").endswith(b"\xff\xd9") for one in seen)


@pytest.mark.parametrize("name", DIALECTS)
def test_at_once_only_the_newest(name: str) -> None:
    boundary, body = DIALECTS[name]
    stream = JpegStream(boundary)
    assert stream.feed(body) == stream.images == len(PICTURES)
    assert same_pixels(stream.newest, wanted_of(name)[-1])


@given(st.sampled_from(sorted(DIALECTS)), st.lists(st.integers(1, 5000), min_size=1, max_size=40))
def test_in_pieces_of_any_size(name: str, sizes: list[int]) -> None:
    boundary, body = DIALECTS[name]
    stream, at = JpegStream(boundary), 0
    for size in [*sizes, len(body)]:
        stream.feed(body[at : at + size])
        at += size
    assert stream.images == len(PICTURES)


@pytest.mark.parametrize("name", ["no lengths", "no boundary and no lengths", "line feeds alone", "lengths of 0"])
def test_a_picture_is_there_with_its_last_byte(name: str) -> None:
    """Not only when the next one begins: it would be older by a frame."""
    boundary, body = DIALECTS[name]
    end = body.index(PICTURES[0]) + len(PICTURES[0])
    stream = JpegStream(boundary)
    assert stream.feed(body[: end - 1]) == 0
    assert stream.feed(body[end - 1 : end]) == 1


def test_a_length_that_was_right_is_believed_and_no_more_when_it_was_wrong() -> None:
    """Unread: an end marker in the middle ends no image whose length is believed."""
    two_ends = PICTURES[1][:-2] + END + PICTURES[1][-50:]
    stream = JpegStream("frame")
    assert stream.feed(part(two_ends)) == 1
    assert stream.newest == PICTURES[1]
    assert stream.feed(part(PICTURES[0])) == 1
    assert stream.feed(part(two_ends)) == 1
    assert stream.newest == two_ends
    assert stream.feed(part(PICTURES[2], length=len(PICTURES[2]) - 9)) == 1
    assert stream.newest == PICTURES[2]
    assert stream.feed(part(two_ends)) == 1
    assert stream.newest == PICTURES[1]
    assert stream.feed(part(PICTURES[3], length=999)) == 1


def test_a_length_without_reason_is_not_waited_for() -> None:
    stream = JpegStream("frame")
    stream.feed(part(PICTURES[0]))
    assert stream.feed(part(PICTURES[1], length=30_000_000)) == 1


def test_an_end_marker_that_is_missing_once() -> None:
    stream = JpegStream("frame")
    pictures = [PICTURES[0], BARE[1], PICTURES[2], PICTURES[3]]
    assert stream.feed(b"".join(map(part, pictures)) + b"--frame\r\n") == 4
    assert stream.newest == PICTURES[3]


def test_a_picture_cut_short_takes_none_of_the_next() -> None:
    """Its segments lead far behind its end."""
    cut = PICTURES[0][:300]
    stream, seen = fed(b"".join(part(data) for data in (cut, PICTURES[1], cut, PICTURES[2])), 50)
    assert stream.images == 4
    assert seen[1] == PICTURES[1]
    assert seen[3] == PICTURES[2]


@pytest.mark.parametrize("options", [{"progressive": True}, {"restart_marker_blocks": 1}, {"comment": b"--frame"}])
def test_other_kinds_of_jpeg(options: dict[str, Any]) -> None:
    pictures = [encode(noise(64 + 8 * number, 64), "JPEG", **options) for number in range(3)]
    _, seen = fed(b"".join(pictures), 100, "")
    assert seen == pictures


def with_comment(picture: bytes, text: bytes) -> bytes:
    return picture[:2] + b"\xff\xfe" + (len(text) + 2).to_bytes(2, "big") + text + picture[2:]


@pytest.mark.parametrize("length", [None, ""])
@pytest.mark.parametrize("size", [1, 50, 900])
def test_a_boundary_within_a_comment_ends_no_picture(length: str | None, size: int) -> None:
    pictures = [with_comment(picture, b"a\r\n--frame\r\nContent-Type: x\r\n\r\nb" * 30) for picture in PICTURES]
    _, seen = fed(b"".join(part(data, length=length) for data in pictures) + b"--frame\r\n", size)
    assert seen == pictures


@pytest.mark.parametrize("size", [1, 7, 50])
def test_a_boundary_ends_what_is_cut_within_a_comment(size: int) -> None:
    cut = with_comment(PICTURES[0], b"x" * 60)[:40]
    _, seen = fed(b"".join(part(data) for data in (cut, PICTURES[1], cut, PICTURES[2])), size)
    assert PICTURES[1] in seen
    assert PICTURES[2] in seen


@pytest.mark.parametrize(
    ("data", "whole"),
    [
        (PICTURES[0], True), (PICTURES[0] + bytes(20), True), (PICTURES[0][:-2], False), (PICTURES[0][:-1], False),
        (PICTURES[0][:200], False), (b"", False), (b"\xff\xd9", False), (PICTURES[0] + PICTURES[1][:-2], False),
        (WITH_THUMBNAIL[0][: WITH_THUMBNAIL[0].index(END) + 2], False), (WITH_THUMBNAIL[0], True),
    ],
)  # fmt: skip
def test_what_is_whole(data: bytes, whole: bool) -> None:
    assert is_whole(data) is whole
    assert is_whole(bytearray(data)) is whole


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\r\n", b" " * 16])
def test_a_picture_from_its_start(before: bytes) -> None:
    assert from_its_start(before + PICTURES[0]) == PICTURES[0]


@pytest.mark.parametrize("data", [b" " * 21 + PICTURES[0], b"\x89PNG", b"", b"RIFF    WEBP" + PICTURES[0][:2]])
def test_what_has_no_start_near_its_own_stays(data: bytes) -> None:
    assert from_its_start(data) == data


def test_what_looks_like_a_start_and_is_none() -> None:
    rubbish = b"\xff\xd8\xff\x00 \xff\xd8\xff\xd9 \xff\xd8\xff"
    assert fed(rubbish + PICTURES[0], 5)[1] == PICTURES[:1]


def feed_for_ever(stream: JpegStream, data: bytes, times: int) -> None:
    for _ in range(times):
        stream.feed(data)


def test_memory_is_bounded_and_no_end_is_no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jpeg_stream, "LARGEST_IMAGE", 100_000)
    stream = JpegStream("frame")
    stream.feed(PICTURES[0][:-2])
    with pytest.raises(NoImageError, match="without an end"):
        feed_for_ever(stream, bytes(999), 200)
    assert stream.held_bytes < 110_000


@pytest.mark.parametrize(
    "rubbish", [b"rubbish\r\n\r\n", b"--frame\r\nContent-Length: 0\r\n\r\n\r\n", b"\xff" * 50]
)
def test_what_never_holds_a_picture(rubbish: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jpeg_stream, "MOST_BETWEEN", 100_000)
    stream = JpegStream("frame")
    data = rubbish * 100
    feed_for_ever(stream, data, 100_000 // len(data))
    assert stream.held_bytes < 20_000
    with pytest.raises(NoImageError, match="no JPEG in"):
        feed_for_ever(stream, data, 20_000 // len(data) + 1)


def test_rubbish_before_a_picture_is_forgotten_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jpeg_stream, "MOST_BETWEEN", 50_000)
    stream = JpegStream("frame")
    for number in range(10):
        stream.feed(bytes(40_000) + PICTURES[0])
        assert stream.images == number + 1


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"--frame\r\nContent-Type: image/jpeg\r\n\r\n", True),
        (b"\r\n--frame\nX-Time: 3\n", True),
        (b"-- a comment of SQL\nselect", False),
        (PICTURES[0], False),
    ],
)
def test_what_begins_as_parts(data: bytes, found: bool) -> None:
    assert is_multipart(data) is found


def test_an_end_marker_for_who_lacks_it() -> None:
    assert with_end_marker(BARE[0]) == PICTURES[0]
    assert with_end_marker(PICTURES[0] + bytes(9)) == PICTURES[0] + bytes(9)
    assert with_end_marker(b"\x89PNG") == b"\x89PNG"


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=40),
            st.sampled_from(
                [
                    b"\xff",
                    b"\xff\xd8\xff\xe0",
                    b"\xff\xda\0\4",
                    b"\xff\xd9",
                    b"--frame\r\n",
                    b"Content-Length: 7\r\n\r\n",
                    b"\r\n\r\n",
                    PICTURES[0],
                ]
            ),
        ),
        max_size=30,
    )
)
def test_any_bytes_at_all(pieces: list[bytes]) -> None:
    stream = JpegStream("frame")
    for piece in pieces:
        stream.feed(piece)
    assert stream.held_bytes <= sum(map(len, pieces))


@given(st.binary(max_size=300), st.sampled_from([name for name in DIALECTS if "no end marker, " not in name]))
def test_whatever_came_before_the_next_pictures_are_found(rubbish: bytes, name: str) -> None:
    boundary, body = DIALECTS[name]
    stream = JpegStream(boundary)
    before = stream.feed(rubbish)
    assert stream.feed(body + body) >= 2 * len(PICTURES) - 2
    assert before <= 30
