"""The signature by which apt knows that lists are ours: gpg, with a key from a file, in a keyring of its own."""

import subprocess
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

HOW_TO_MAKE_ONE = (
    "gpg --quick-generate-key 'NAME <ADDRESS>' ed25519 sign 3y && "
    "gpg --armor --export-secret-keys ADDRESS > apt-key.asc"
)


class SigningError(Exception):
    """Nothing can be signed; the message says why and what to do."""


class Signer:
    """A context manager. `key`: the file; `home`: an empty folder for gpg, which must outlive the signer."""

    def __init__(self, key: str, home: Path, passphrase: str = "") -> None:
        if not key:
            raise SigningError(f"which key signs? KEY=FILE, a secret key; to make one: {HOW_TO_MAKE_ONE}")
        if not Path(key).is_file():
            raise SigningError(f"KEY={key}: there is no such file; to make one: {HOW_TO_MAKE_ONE}")
        self._home = home
        home.chmod(0o700)
        self._passphrase = home / "passphrase"  # not in the command line, which everybody can read
        self._passphrase.write_text(passphrase)
        self._gpg(["--import", key])
        keys = self._gpg(["--list-secret-keys", "--with-colons"]).splitlines()
        found = [line.split(":")[9] for before, line in pairwise(keys) if before.startswith("sec:")]
        if len(found) != 1:
            raise SigningError(f"KEY={key}: expected one secret key in it, found {len(found)}; {HOW_TO_MAKE_ONE}")
        self._fingerprint = found[0]
        self.public_key = self._gpg(["--armor", "--export", self._fingerprint])

    def clear_signed(self, text: str) -> str:
        """The text with its signature around it: InRelease."""
        return self._gpg(["--digest-algo", "SHA512", "--clear-sign"], text)

    def detached(self, text: str) -> str:
        """The signature alone: Release.gpg."""
        return self._gpg(["--digest-algo", "SHA512", "--armor", "--detach-sign"], text)

    def __enter__(self) -> "Signer":
        return self

    def __exit__(self, *_: object) -> None:
        """End gpg's agent, which would outlive us."""
        subprocess.run(
            ["gpgconf", "--homedir", str(self._home), "--kill", "all"], check=False, capture_output=True
        )

    def _gpg(self, arguments: Sequence[str], text: str | None = None) -> str:
        command = ["gpg", "--homedir", str(self._home), "--batch", "--quiet", "--no-tty", "--pinentry-mode",
                   "loopback", "--passphrase-file", str(self._passphrase), *arguments]  # fmt: skip
        try:
            done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            raise SigningError("gpg is not there; sudo apt install gpg gpg-agent") from None
        if done.returncode:
            raise SigningError(f"gpg {arguments[-1]}: {done.stderr.strip()}")
        return done.stdout
