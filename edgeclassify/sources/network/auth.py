"""Answers to WWW-Authenticate, as HTTP and RTSP have it: Basic and Digest (RFC 7617, RFC 7616 with MD5)."""

import base64
import hashlib
import re
import secrets
from collections.abc import Iterable

Challenges = dict[str, str]
"""What a server asks for, by scheme: {"digest": 'realm="…", nonce="…"'}."""


def challenges(headers: Iterable[tuple[str, str]]) -> Challenges:
    """Those of an answer's headers (lower-case name, value)."""
    found: Challenges = {}
    for name, value in headers:
        scheme, _, rest = value.partition(" ")
        if name == "www-authenticate":
            found[scheme.lower()] = rest.strip()
    return found


def authorization(asked: Challenges, method: str, target: str, user: str, password: str) -> str:
    """The value of the header Authorization for one request: Digest if it is offered, else Basic."""
    if "digest" not in asked:
        return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"
    given = dict(re.findall(r'(\w+)="([^"]*)"', asked["digest"]))
    realm, nonce, opaque = (given.get(name, "") for name in ("realm", "nonce", "opaque"))
    who, what = _md5(f"{user}:{realm}:{password}"), _md5(f"{method}:{target}")
    header = f'Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="{target}", '
    if re.search(r'qop="?[^"]*\bauth\b', asked["digest"]):
        mine = secrets.token_hex(8)
        header += f'qop=auth, nc=00000001, cnonce="{mine}", '
        nonce += f":00000001:{mine}:auth"
    header += f'response="{_md5(f"{who}:{nonce}:{what}")}"'
    return header + (f', opaque="{opaque}"' if opaque else "")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
