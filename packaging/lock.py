"""Lock files: the exact wheels of each package and of the test environments, with their digests.

    python packaging/lock.py [NAME...] [--upgrade] [--python PATH...]

writes packaging/locks/NAME.txt in pip's own form, to be installed with `--require-hashes --no-deps`. A version
that is locked stays while pyproject.toml allows it; `--upgrade` takes the newest of all. Each lock needs a Python
of its own minor version, with pip: the one that runs this, one that is named, or one that is found on the PATH.
"""

import argparse
import subprocess
import sys
from shutil import which

from supply.lock_files import LOCKS as FOLDER, Chosen, read, text
from supply.resolving import resolve
from supply.targets import LOCKS


def python_of(minor: str, offered: list[str]) -> str:
    """A Python of that minor version with pip; the one that runs this first."""
    for path in [*offered, sys.executable, which(f"python{minor}")]:
        question = "import sys, pip; print('%d.%d' % sys.version_info[:2])"
        if path and subprocess.run([path, "-c", question], capture_output=True, text=True).stdout.strip() == minor:
            return path
    sys.exit(f"no Python {minor} with pip: name one with --python PATH")


def main() -> None:
    """Write the locks that are named, or all."""
    parser = argparse.ArgumentParser(description="writes packaging/locks/NAME.txt")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(LOCKS)}; default: all")
    parser.add_argument("--upgrade", action="store_true", help="the newest versions, whatever is locked")
    parser.add_argument(
        "--python", action="append", default=[], metavar="PATH", help="a Python with pip (repeatable)"
    )
    options = parser.parse_args()
    for name in options.names or LOCKS:
        if name not in LOCKS:
            parser.error(f"no lock {name}: one of {', '.join(LOCKS)}")
        lock, path = LOCKS[name], FOLDER / f"{name}.txt"
        kept = {} if options.upgrade else {package: one.version for package, one in read(path).items()}
        joined: dict[str, Chosen] = {}
        for target in lock.targets:
            found = resolve(lock, target, python_of(target.python, options.python), kept)
            kept |= {package: one.version for package, one in found.items()}
            for package, one in found.items():
                joined.setdefault(package, Chosen(one.version)).digests.update(one.digests)
        path.write_text(text(name, joined))
        print(f"{name}: {len(joined)} packages")


if __name__ == "__main__":
    main()
