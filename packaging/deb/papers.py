"""What tells of the package's parts: under which licence each is, and a bill of materials."""

import os
import subprocess
import sys
from pathlib import Path

from staging import DOCUMENTS
from target import CHECKOUT, BuildError, Target


def lay(tree: Path, target: Target, wheels: Path, site_packages: str, epoch: int) -> None:
    """Into the tree's documents. `wheels`: their folder; `site_packages`: where they lie on the machine.

    Raises BuildError for a part whose licence nobody has looked at.
    """
    documents = tree / DOCUMENTS
    documents.mkdir(parents=True, exist_ok=True)
    copyright_file = _material(epoch, "copyright", str(wheels), "--site-packages", site_packages)
    (documents / "copyright").write_text(copyright_file)
    (documents / "sbom.cdx.json").write_text(_material(epoch, "sbom", target.name, str(wheels)))


def _material(epoch: int, *arguments: str) -> str:
    command = [sys.executable, str(CHECKOUT / "packaging/material.py"), *arguments]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise BuildError(done.stderr.strip())
    return done.stdout
