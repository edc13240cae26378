"""Whose certificates are accepted, as it is asked for: what goes by it is in tls.py, which loads OpenSSL."""

from pathlib import Path

from edgeclassify.lazy_dataclass import dataclass

IN_CONFIG = 'tls = { ca = "FILE" } with that certificate, or tls = { verify = false }'
"""How a config allows a certificate."""


@dataclass(frozen=True, slots=True)
class Trust:
    """`verify`: certificates are checked. `ca`: against those of this PEM file; None: against the system's.
    `remedy`: what to write to allow one that is refused. `peer`: what the other end is called in messages."""

    verify: bool = True
    ca: Path | None = None
    remedy: str = IN_CONFIG
    peer: str = "camera"


CAREFUL = Trust()
