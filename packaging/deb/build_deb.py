"""Build the package of a release of Debian and a processor: `make deb SUITE=bookworm ARCH=arm64`.

Usage: build_deb.py [--quick] SUITE ARCH FOLDER. No code of the target is run: a PC builds for every Pi. The same
checkout gives the same bytes, whoever builds and whenever: SOURCE_DATE_EPOCH (default: when the commit was made)
is the time in it.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import control
import libraries
import papers
import staging
import wheels
from target import CHECKOUT, BuildError, Target, target

_SMALL, _QUICK = ["-Zxz"], ["-Zgzip", "-z1"]


def build(target: Target, folder: Path, packing: Sequence[str] = _SMALL) -> Path:
    """The package, in the folder. `packing`: options of dpkg-deb."""
    epoch = _epoch()
    version = f"{debian_version(_project_version())}-1~{target.suite.name}"
    package = folder / f"edgeclassify_{version}_{target.arch}.deb"
    cache = CHECKOUT / "build/deb/wheels" / target.name
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="edgeclassify-deb-") as work:
        tree = Path(work) / "tree"
        site_packages = staging.packages_folder(tree, target)
        site_packages.mkdir(parents=True)
        own = wheels.build_own(Path(work), cache.parent, epoch)
        wheels.unpack([*wheels.fetch(target, cache), own], site_packages)
        papers.lay(tree, target, cache, site_packages.relative_to(tree).as_posix(), epoch)
        needs = libraries.dependencies(site_packages, target.elf)
        staging.lay_files(tree, target, version, epoch, Path(work))
        size = control.installed_kib(tree)
        values = {"PYTHON": target.python, "VERSION": version, "KIB": str(size)}
        control.lay_control(tree, control.fields(target, version, size, needs), staging.CONFIG, values)
        staging.settle_rights(tree, epoch)
        command = ["dpkg-deb", "--root-owner-group", *packing, "--build", str(tree), str(package)]
        subprocess.run(
            command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch)}
        )
    return package


def debian_version(version: str) -> str:
    """Of a version of Python: 1.0.dev1, 1.0rc1, 1.0 in their order there are 1.0~~dev1, 1.0~rc1, 1.0 here."""
    version = re.sub(r"\.?dev(?=\d)", "~~dev", version)
    return re.sub(r"(?<=\d)(a|b|rc)(?=\d)", r"~\1", version)


def _project_version() -> str:
    text = (CHECKOUT / "edgeclassify/__init__.py").read_text()
    found = re.search(r'^__version__ = "(.+)"$', text, re.MULTILINE)
    if found is None:
        raise BuildError("edgeclassify/__init__.py has no __version__")
    return found[1]


def _epoch() -> int:
    """Seconds since 1970: SOURCE_DATE_EPOCH, else of the commit, else (no git) of the changelog's last change."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    command = ["git", "-C", str(CHECKOUT), "log", "-1", "--format=%ct"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return int(done.stdout) if done.returncode == 0 else int((CHECKOUT / "CHANGELOG.md").stat().st_mtime)


def main() -> int:
    """Exit status: 0, or 1 with a message."""
    parser = argparse.ArgumentParser(description="Build the package for Debian.")
    parser.add_argument("--quick", action="store_true", help="in seconds, and a third larger")
    parser.add_argument("suite", help="bookworm or trixie")
    parser.add_argument("arch", help="amd64, arm64 or armhf")
    parser.add_argument("folder", type=Path, help="where the package goes")
    asked = parser.parse_args()
    try:
        package = build(target(asked.suite, asked.arch), asked.folder, _QUICK if asked.quick else _SMALL)
    except BuildError as error:
        print(f"make deb: {error}", file=sys.stderr)
        return 1
    print(f"{package} ({package.stat().st_size / 1e6:.1f} MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
