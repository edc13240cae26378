"""Lay packages out as a repository for apt: a folder that any web server, or a release's page, can serve as it is.

Usage: build_apt_repo.py KEY PACKAGES FOLDER [--url ADDRESS]. KEY: a file with the secret key that signs
(gpg --export-secret-keys), without a passphrase or with that of APT_PASSPHRASE. Every .deb in the folder PACKAGES
goes in, each into the release of Debian that its version names (0.1.0-1~bookworm). The same packages and
SOURCE_DATE_EPOCH give the same lists.

    FOLDER/pool/edgeclassify_0.1.0-1~bookworm_arm64.deb
    FOLDER/dists/bookworm/{InRelease,Release,Release.gpg}
    FOLDER/dists/bookworm/main/binary-arm64/{Packages,Packages.gz,by-hash/SHA256/...}
    FOLDER/edgeclassify.asc, edgeclassify-bookworm.sources     what a machine needs to know of it
"""

import argparse
import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from email.utils import formatdate
from pathlib import Path

from signing import Signer, SigningError

SUITES = ("bookworm", "trixie")
ORIGIN = "edgeclassify"
"""By this unattended-upgrades knows the repository."""
_SUITE = re.compile(r"~([a-z]+)$")


class RepositoryError(Exception):
    """No repository can be made; the message says why and what to do."""


def build(packages: Sequence[Path], folder: Path, signer: Signer, epoch: int, url: str) -> None:
    """The repository, put together beside one that is there, which it replaces: none is ever half there."""
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    (fresh / "pool").mkdir(parents=True)
    entries: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for package in packages:
        suite, arch, entry = _entry(package)
        entries[suite][arch].append(entry)
        shutil.copy(package, fresh / "pool" / package.name)
    for suite, of_arch in sorted(entries.items()):
        _lay_suite(fresh / "dists" / suite, suite, of_arch, signer, epoch)
        (fresh / f"edgeclassify-{suite}.sources").write_text(_sources(suite, of_arch, signer.public_key, url))
    (fresh / "edgeclassify.asc").write_text(signer.public_key)
    old = folder.with_name(f"{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _entry(package: Path) -> tuple[str, str, str]:
    """Release, processor, and what Packages says of it."""
    done = subprocess.run(["dpkg-deb", "--field", str(package)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RepositoryError(f"{package}: no package: {done.stderr.strip()}; build it again: make deb")
    fields = dict(re.findall(r"^(Version|Architecture): (.*)$", done.stdout, re.MULTILINE))
    suite = _SUITE.search(fields["Version"])
    if suite is None or suite[1] not in SUITES:
        raise RepositoryError(
            f"{package}: its version {fields['Version']} names no release; expected one that ends with "
            f"{' or '.join(f'~{suite}' for suite in SUITES)}, as make deb gives it"
        )
    content = package.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    entry = f"{done.stdout.rstrip()}\nFilename: pool/{package.name}\nSize: {len(content)}\nSHA256: {digest}\n"
    return suite[1], fields["Architecture"], entry


def _lay_suite(folder: Path, suite: str, entries: Mapping[str, Sequence[str]], signer: Signer, epoch: int) -> None:
    for arch, of_arch in entries.items():
        place = folder / f"main/binary-{arch}"
        place.mkdir(parents=True)
        lists = "\n".join(of_arch).encode()
        for name, content in (("Packages", lists), ("Packages.gz", gzip.compress(lists, 9, mtime=0))):
            (place / name).write_bytes(content)
            # By its digest too: while a release is copied to a web server, apt gets the lists that Release means.
            by_hash = place / "by-hash/SHA256" / hashlib.sha256(content).hexdigest()
            by_hash.parent.mkdir(parents=True, exist_ok=True)
            by_hash.write_bytes(content)
    release = _release(folder, suite, sorted(entries), epoch)
    (folder / "Release").write_text(release)
    (folder / "InRelease").write_text(signer.clear_signed(release))
    (folder / "Release.gpg").write_text(signer.detached(release))


def _release(folder: Path, suite: str, arches: Sequence[str], epoch: int) -> str:
    lines = [
        f"Origin: {ORIGIN}", f"Label: {ORIGIN}", f"Suite: {suite}", f"Codename: {suite}",
        f"Date: {formatdate(epoch, usegmt=True).replace('GMT', 'UTC')}", f"Architectures: {' '.join(arches)}",
        "Components: main", "Acquire-By-Hash: yes",
        f"Description: edgeclassify for Debian {suite} and the Raspberry Pi OS made of it", "SHA256:",
    ]  # fmt: skip
    for file in sorted(folder.rglob("Packages*")):
        content = file.read_bytes()
        lines.append(
            f" {hashlib.sha256(content).hexdigest()} {len(content)} {file.relative_to(folder).as_posix()}"
        )
    return "\n".join(lines) + "\n"


def _sources(suite: str, arches: Mapping[str, object], public_key: str, url: str) -> str:
    """For /etc/apt/sources.list.d: the key is in it, so that one file is all that a machine needs."""
    key = "".join(f" {line or '.'}\n" for line in public_key.splitlines())
    return (
        "# The packages of edgeclassify; this file belongs into /etc/apt/sources.list.d.\n"
        f"Types: deb\nURIs: {url}\nSuites: {suite}\nComponents: main\n"
        f"Architectures: {' '.join(sorted(arches))}\nSigned-By:\n{key}"
    )


def main() -> int:
    """Exit status: 0, or 1 with a message."""
    parser = argparse.ArgumentParser(description="Lay packages out as a repository for apt.")
    parser.add_argument("key", help="file with the secret key that signs")
    parser.add_argument("packages", type=Path, help="the folder that they are in")
    parser.add_argument("folder", type=Path, help="the repository")
    parser.add_argument("--url", default="https://example.org/apt", help="where it will be served, for *.sources")
    asked = parser.parse_args()
    try:
        packages = sorted(asked.packages.glob("edgeclassify_*.deb"))
        if not packages:
            raise RepositoryError(f"{asked.packages}: no edgeclassify_*.deb in it; build some: make deb")
        with tempfile.TemporaryDirectory(prefix="edgeclassify-apt-") as home:
            epoch = int(os.environ.get("SOURCE_DATE_EPOCH") or time.time())
            with Signer(asked.key, Path(home), os.environ.get("APT_PASSPHRASE", "")) as signer:
                build(packages, asked.folder, signer, epoch, asked.url)
    except (RepositoryError, SigningError) as error:
        print(f"make apt-repo: {error}", file=sys.stderr)
        return 1
    print(f"{asked.folder}: {', '.join(package.name for package in packages)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
