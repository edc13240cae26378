"""Says what a file that is no model looks like, so that the message can say what to do about it."""

from collections.abc import Callable

from edgeclassify.files import as_text

Sniffer = Callable[[bytes], bool]

_FIX_CONVERT = "Convert it to .tflite first."
_FIX_UNPACK = "Unpack it and name the .tflite file inside."

FETCH_AGAIN = "Fetch the model again."


def _starts(*prefixes: bytes) -> Sniffer:
    return lambda head: head.startswith(prefixes)


def _is_html(head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype html", b"<html", b"<?xml"))


def _is_onnx(head: bytes) -> bool:
    # A protobuf whose first field is the IR version, then the producer's or an operator set's name.
    return len(head) > 3 and head[0] == 0x08 and head[1] < 32 and head[2] in (0x12, 0x3A)


_KINDS: tuple[tuple[Sniffer, str, str], ...] = (
    (
        _starts(b"version https://git-lfs"),
        "a git-lfs pointer instead of the file itself",
        "Run git lfs pull where it came from, or fetch the model again.",
    ),
    (_is_html, "a web page (often the answer to a failed download)", "Fetch it from its direct address."),
    (_starts(b"\x89PNG", b"\xff\xd8\xff", b"GIF8"), "a picture", "Name the model's .tflite file."),
    (
        _starts(b"PK\x03\x04", b"PK\x05\x06"),
        "a zip archive",
        "Unpack it and name the .tflite file inside; Keras and PyTorch models have to be converted first.",
    ),
    (_starts(b"\x1f\x8b", b"\xfd7zXZ", b"BZh", b"\x28\xb5\x2f\xfd"), "a compressed archive", _FIX_UNPACK),
    (_starts(b"\x89HDF"), "an HDF5 file (Keras weights)", _FIX_CONVERT),
    (_starts(b"GGUF"), "a GGUF language model", "Name the .tflite file of an image classifier."),
    (_is_onnx, "an ONNX model", _FIX_CONVERT),
    (lambda head: not any(head), "nothing but zero bytes", FETCH_AGAIN),
    (
        lambda head: as_text(head) is not None,
        "text",
        "Name the model's .tflite file; a label file goes into labels = …",
    ),
)


def looks_like(head: bytes) -> tuple[str, str]:
    """What a file that starts with `head` (some hundred bytes) looks like, and what to do about it."""
    for matches, kind, remedy in _KINDS:
        if matches(head):
            return kind, remedy
    return f"bytes of no known kind ({head[:8].hex(' ')} …)", FETCH_AGAIN
