"""What must hold of locks, licences and version; none of it needs a network but the audit."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from supply.licence_list import SHIPPED
from supply.lock_files import LOCKS as FOLDER, read
from supply.project import PROJECT, project_version, wanted_by_project
from supply.targets import LOCKS


class NotDoneError(Exception):
    """A check could not be made at all; the message says why."""


def lock_faults() -> Iterator[str]:
    """Where a lock file is not what pyproject.toml asks for, or lacks a digest."""
    for name, lock in LOCKS.items():
        locked = read(FOLDER / f"{name}.txt")
        if not locked:
            yield f"{name}: no lock file; make locks"
        for package, one in locked.items():
            if not one.digests:
                yield f"{name}: {package} has no digest"
        asked = [*map(Requirement, lock.also)]
        for target in lock.targets:
            asked += wanted_by_project(target, lock.extras)
        for requirement in asked:
            package = str(canonicalize_name(requirement.name))
            if package in lock.elsewhere:
                version = lock.elsewhere[package]
            elif package not in locked:
                yield f"{name}: {requirement} is missing; make locks"
                continue
            else:
                version = locked[package].version
            if not requirement.specifier.contains(version, prereleases=True):
                yield f"{name}: {package} {version} is not {requirement.specifier}; make locks"


def licence_faults() -> Iterator[str]:
    """Packages of the locks that the list of licences does not have in their version."""
    rows = dict(re.findall(r"^\| ([a-z0-9-]+) \| (.*?) \|", SHIPPED.read_text(), re.MULTILINE)[1:])
    several = re.findall(r"^\| ([a-z0-9-]+) \| (.*?) \|", SHIPPED.read_text(), re.MULTILINE)
    for name in (name for name, lock in LOCKS.items() if len(lock.targets) == 1):
        for package, one in read(FOLDER / f"{name}.txt").items():
            said = " ".join(versions for listed, versions in several if listed == package)
            if package not in rows or not re.search(rf"(?:^| ){re.escape(one.version)}(?:$|[ ;])", said):
                yield f"{package} {one.version} ({name}) is not in {SHIPPED.name}; make licences"


def version_faults() -> Iterator[str]:
    """Whether the changelog speaks of this version, with a date."""
    version = project_version()
    heading = re.search(r"^## (\S+) \((.*)\)$", (PROJECT.parent / "CHANGELOG.md").read_text(), re.MULTILINE)
    if heading is None or heading[1] != version:
        yield f"CHANGELOG.md begins with {heading[1] if heading else 'nothing'}, the program is {version}"
    elif not re.fullmatch(r"\d{4}-\d{2}-\d{2}", heading[2]):
        yield f"CHANGELOG.md: {version} is {heading[2]}; a release has its day there, as 2026-01-31"


def audit_faults(lock: Path) -> Iterator[str]:
    """Known faults of what that file locks. Raises NotDoneError where the data is out of reach."""
    command = [sys.executable, "-m", "pip_audit", "--no-deps", "--disable-pip", "--progress-spinner", "off",
               "--format", "json", "--requirement", str(lock)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        raise NotDoneError(f"pip-audit: {done.stderr.strip().splitlines()[-1:] or 'no answer'}") from None
    skipped = [one["name"] for one in found if "skip_reason" in one]
    if skipped:
        raise NotDoneError(f"no data of {len(skipped)} of {len(found)} packages, {skipped[0]} among them")
    for one in found:
        for fault in one["vulns"]:
            yield f"{one['name']} {one['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions'])}"
