"""Ed25519 signatures under manifests; the one module that imports the package cryptography, and that late."""

import base64
from types import ModuleType
from typing import TYPE_CHECKING

from edgeclassify.updates.envelope import CONTEXT, packed, unpacked
from edgeclassify.updates.interface import UpdateError
from edgeclassify.updates.keys import checked_key

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ed25519


def new_private_key() -> str:
    """Raises UpdateError without the package."""
    return base64.b64encode(_ed25519().Ed25519PrivateKey.generate().private_bytes_raw()).decode()


def public_key_of(private_key: str) -> str:
    """The one that belongs to it. Raises UpdateError."""
    return base64.b64encode(_private(private_key).public_key().public_bytes_raw()).decode()


def signed(manifest: bytes, private_key: str) -> bytes:
    """The manifest with its signature, as one file. Raises UpdateError for what is no key."""
    return packed(manifest, _private(private_key).sign(CONTEXT + manifest))


def verified(content: bytes, public_key: str) -> bytes:
    """The bytes of the manifest. Raises UpdateError unless the private key of this public one has signed them."""
    library = _ed25519()
    manifest, signature = unpacked(content)
    key = library.Ed25519PublicKey.from_public_bytes(checked_key(public_key, "public"))
    from cryptography.exceptions import InvalidSignature

    try:
        key.verify(signature, CONTEXT + manifest)
    except InvalidSignature as error:
        raise UpdateError(
            f"expected a signature by the key {public_key[:8]}…, found another one: it was signed with another "
            "key, or changed behind it. Sign it again, or check updates.public_key."
        ) from error
    return manifest


def _private(text: str) -> "ed25519.Ed25519PrivateKey":
    key: ed25519.Ed25519PrivateKey = _ed25519().Ed25519PrivateKey.from_private_bytes(checked_key(text, "private"))
    return key


def _ed25519() -> ModuleType:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError as error:
        raise UpdateError(
            "updates need the package cryptography, which is not installed here. Run: pip install "
            "'edgeclassify[updates]' (Debian: apt install python3-cryptography)."
        ) from error
    return ed25519
