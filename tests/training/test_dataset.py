import struct

from training.dataset import packed, unpacked


def jpeg(header: bytes, scan: bytes) -> bytes:
    """The parts of a JPEG file that a pack looks at."""
    return b"\xff\xd8" + header + b"\xff\xda" + struct.pack(">H", 4) + b"\x01\x02" + scan


def test_a_pack_gives_back_every_byte() -> None:
    files = [(jpeg(b"colour", b"one"), 0), (jpeg(b"grey", b"two!"), 7), (jpeg(b"colour", b""), 199)]
    assert unpacked(packed(files)) == files


def test_equal_headers_are_stored_once() -> None:
    header = bytes(range(200)) * 3
    files = [(jpeg(header, b"%04d" % number), number) for number in range(50)]
    assert len(packed(files)) < sum(len(data) for data, _ in files) / 5
