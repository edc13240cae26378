"""The wheels of a lock, as pip fetches them by their digests."""

import subprocess
import sys
from pathlib import Path

from supply.lock_files import LOCKS as FOLDER
from supply.targets import LOCKS


def download(name: str, folder: Path) -> None:
    """Into the folder; ends the program where pip does not get one of them."""
    (target,) = LOCKS[name].targets
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
               "--require-hashes", "--no-deps", "--only-binary=:all:", "--implementation", "cp",
               "--python-version", target.python,
               "--dest", str(folder), "--requirement", str(FOLDER / f"{name}.txt")]  # fmt: skip
    for tag in target.tags():
        command += ["--platform", tag]
    if subprocess.run(command, check=False).returncode:
        sys.exit(f"{name}: pip does not get the wheels of the lock, see above")
