"""The headers by which a receiver knows that a POST is ours and which one it is, as Standard Webhooks has them.

https://www.standardwebhooks.com: `webhook-id`, `webhook-timestamp` and `webhook-signature`, an HMAC-SHA256 of
"id.timestamp.body" in base64. Receivers may take a library for it, or the ten lines of docs/webhook.md.
"""

import base64
import binascii
import hashlib
import hmac

from edgeclassify.errors import ConfigError

ENCODED = "whsec_"
"""What a secret begins with that is base64 of the key's bytes; any other one is the key itself, in UTF-8."""
VERSION = "v1"


def signing_key(secret: str, where: str) -> bytes:
    """The key that a secret stands for. Raises ConfigError, with `where` in front, for what is no base64."""
    if not secret.startswith(ENCODED):
        return secret.encode()
    try:
        key = base64.b64decode(secret.removeprefix(ENCODED), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise ConfigError(
            f"{where}: expected base64 behind {ENCODED}, found none. Write the secret as the receiver shows it."
        ) from None
    return key


def signed_headers(message_id: str, timestamp: int, body: bytes, key: bytes | None) -> str:
    """The headers, each with its line end; without a key none of a signature. `timestamp`: seconds since 1970."""
    headers = f"webhook-id: {message_id}\r\nwebhook-timestamp: {timestamp}\r\n"
    if key is None:
        return headers
    digest = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256)
    return f"{headers}webhook-signature: {VERSION},{base64.b64encode(digest).decode()}\r\n"
