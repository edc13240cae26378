"""MJPEG as cameras of the field send it: each dialect turns pictures into the body of an endless answer."""

from typing import Any

from tests.sources.image_files import encode, noise

PICTURES = [encode(noise(48 + 8 * number, 32), "JPEG") for number in range(6)]
"""Different ones, of some kilobytes each."""
WITH_THUMBNAIL = [
    picture[:2] + b"\xff\xe1" + (len(thumb) + 8).to_bytes(2, "big") + b"Exif\0\0" + thumb + picture[2:]
    for picture, thumb in zip(PICTURES, [PICTURES[1]] * 6, strict=True)
]
BARE = [picture[:-2] for picture in PICTURES]


def part(
    data: bytes,
    boundary: str = "--frame",
    eol: str = "\r\n",
    length: str | int | None = None,
    kind: str = "image/jpeg",
) -> bytes:
    """A part; `length`: what its head says; None: the truth; "": nothing."""
    said = len(data) if length is None else length
    stated = "" if said == "" else f"Content-Length: {said}{eol}"
    return f"{boundary}{eol}Content-Type: {kind}{eol}{stated}{eol}".encode() + data + eol.encode()


def _parts(pictures: list[bytes] = PICTURES, **options: Any) -> bytes:
    return b"".join(part(data, **options) for data in pictures) + b"--frame\r\n"


def _behind(pictures: list[bytes] = PICTURES) -> bytes:
    """An ESP32-CAM: the boundary comes behind each picture, none before the first."""
    head = "Content-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n"
    return b"".join(head.format(len(data)).encode() + data + b"\r\n--frame\r\n" for data in pictures)


_META = part(b"<motion>--frame? 0xffd8</motion>", kind="text/xml")

DIALECTS = {
    "as it should be": ("frame", _parts()),
    "no lengths": ("frame", _parts(length="")),
    "boundary behind the picture": ("frame", _behind()),
    "another boundary than announced": ("frame", _parts(boundary="--another")),
    "announced with its dashes": ("--frame", _parts()),
    "announced with its dashes, sent with four": ("--frame", _parts(boundary="----frame")),
    "sent without dashes": ("frame", _parts(boundary="frame", length="")),
    "no boundary announced": ("", _parts()),
    "no boundary and no lengths": ("", b"".join(PICTURES)),
    "no heads": ("frame", b"".join(b"--frame\r\n\r\n" + data + b"\r\n" for data in PICTURES)),
    "line feeds alone": ("frame", _parts(eol="\n")),
    "line feeds alone, no lengths": ("frame", _parts(eol="\n", length="")),
    "a preamble": ("frame", b"This is a message with multiple parts\r\n\r\n" + _parts()),
    "more line ends before each boundary": ("frame", b"".join(b"\r\n\r\n" + part(data) for data in PICTURES)),
    "a space before each picture": ("frame", _parts([b"\r\n" + data for data in PICTURES])),
    "no end marker": ("frame", _parts(BARE)),
    "no end marker, no lengths": ("frame", _parts(BARE, length="")),
    "no end marker, another boundary": ("frame", _parts(BARE, boundary="--another") + PICTURES[0][:4]),
    "no end marker, nothing else either": ("", b"".join(BARE) + PICTURES[0][:4]),
    "zeros behind each picture": ("frame", _parts([data + bytes(20) for data in PICTURES])),
    "lengths too small": ("frame", _parts(length=100)),
    "lengths too large": ("frame", _parts(length=999_999)),
    "lengths of a byte less": ("frame", b"".join(part(data, length=len(data) - 1) for data in PICTURES)),
    "lengths of 0": ("frame", _parts(length=0)),
    "lengths in lower case without a space": (
        "frame", b"".join(part(d).replace(b"Content-Length: ", b"content-length:") for d in PICTURES),
    ),
    "text between the pictures": ("frame", b"".join(_META + part(data) for data in PICTURES)),
    "thumbnails in Exif": ("frame", _parts(WITH_THUMBNAIL, length="")),
    "a boundary of one letter": ("a", _parts(boundary="--a", length="")),
}  # fmt: skip
"""Of each the boundary as the header announces it, and the body."""


def wanted_of(name: str) -> list[bytes]:
    """The pictures that a body of DIALECTS holds."""
    return WITH_THUMBNAIL if "thumbnails" in name else PICTURES
