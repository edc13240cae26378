"""A signed manifest as one file: a line with the signature, and behind it the exact bytes that were signed.

One file, since of two a node might fetch one before a change of both and the other behind it.
"""

import base64
import binascii

from edgeclassify.updates.interface import UpdateError
from edgeclassify.updates.manifest import MOST_BYTES

HEAD = b"edgeclassify-update 1 "
CONTEXT = b"edgeclassify update manifest 1\n"
"""In front of what is signed: the key's signature under something else is none of an update."""
SIGNATURE_BYTES = 64
MOST_SIGNED_BYTES = MOST_BYTES + 200


def packed(manifest: bytes, signature: bytes) -> bytes:
    """As one file."""
    return HEAD + base64.b64encode(signature) + b"\n" + manifest


def unpacked(content: bytes) -> tuple[bytes, bytes]:
    """The manifest and the signature that it claims to have. Raises UpdateError."""
    first, newline, manifest = content.partition(b"\n")
    try:
        signature = base64.b64decode(first.removeprefix(HEAD), validate=True)
    except binascii.Error:
        signature = b""
    if (
        not first.startswith(HEAD)
        or not newline
        or len(signature) != SIGNATURE_BYTES
        or len(content) > MOST_SIGNED_BYTES
    ):
        raise UpdateError(
            f"expected a signed manifest, as `edgeclassify updates sign` writes it, found {len(content)} bytes of "
            "something else. Check the URL."
        )
    return manifest, signature
