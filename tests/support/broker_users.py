"""Users of a mosquitto, in the form of mosquitto_passwd."""

import base64
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

ROUNDS = 101


def users_file(path: Path, passwords: Mapping[str, str]) -> Path:
    """A password_file with these users; PBKDF2 with SHA-512, as mosquitto 2 writes it."""
    path.write_text("".join(f"{user}:{_hashed(password)}\n" for user, password in passwords.items()))
    path.chmod(0o600)
    return path


def _hashed(password: str) -> str:
    salt = os.urandom(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ROUNDS)
    return f"$7${ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"
