"""Which wheels a lock takes, chosen by pip.

pip judges markers by the machine that it runs on. What it left out for that is asked for by name, and what it took
needlessly is dropped: what remains is what the other machine needs, and all of it.
"""

import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from supply.lock_files import Chosen
from supply.project import wanted_by_project, without_marker
from supply.targets import Lock, Target


def stand_in(folder: Path, name: str, version: str) -> None:
    """A wheel with nothing in it, so that pip holds what comes from elsewhere against what is asked of it."""
    plain = name.replace("-", "_")
    info = f"{plain}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{plain}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


def pip_chooses(
    lock: Lock, target: Target, python: str, wanted: list[str], kept: dict[str, str]
) -> list[dict[str, Any]]:
    """What pip would install there: an entry for each wheel. Nothing is downloaded but metadata."""
    with tempfile.TemporaryDirectory() as folder:
        report, constraints = Path(folder) / "report.json", Path(folder) / "kept.txt"
        kept = kept | lock.elsewhere
        for name, version in lock.elsewhere.items():
            stand_in(Path(folder), name, version)
        constraints.write_text("".join(f"{name}=={version}\n" for name, version in kept.items()))
        command = [python, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed",
                   "--only-binary=:all:", "--python-version", target.python, "--implementation", "cp",
                   "--target", folder, "--find-links", folder, "--constraint", str(constraints),
                   "--report", str(report)]  # fmt: skip
        for tag in target.tags():
            command += ["--platform", tag]
        if subprocess.run([*command, *wanted], check=False).returncode:
            sys.exit(f"{target.machine}, Python {target.python}: pip finds no wheels that fit, see above; "
                     "with --upgrade it is free to take others than those that are locked")  # fmt: skip
        return list(json.loads(report.read_text())["install"])


def resolve(lock: Lock, target: Target, python: str, kept: dict[str, str]) -> dict[str, Chosen]:
    """Name → what is chosen of it. Asks again until nothing that is wanted there is missing."""
    asked = [*wanted_by_project(target, lock.extras), *map(Requirement, lock.also)]
    asked = [one for one in asked if canonicalize_name(one.name) not in lock.elsewhere]
    more: dict[str, Requirement] = {}
    while True:
        wheels = pip_chooses(lock, target, python, [without_marker(one) for one in [*asked, *more.values()]], kept)
        by_name = {str(canonicalize_name(wheel["metadata"]["name"])): wheel for wheel in wheels}
        reached, missing = _reach(lock, target, asked, by_name)
        if not missing.keys() - more.keys():
            break
        more |= missing
    return {
        name: Chosen(wheel["metadata"]["version"], {wheel["download_info"]["archive_info"]["hashes"]["sha256"]})
        for name, wheel in by_name.items()
        if name in reached
    }


def _reach(
    lock: Lock, target: Target, asked: list[Requirement], wheels: dict[str, dict[str, Any]]
) -> tuple[set[str], dict[str, Requirement]]:
    """The names that are needed there, and those of them that have no wheel yet."""
    reached: set[str] = set()
    missing: dict[str, Requirement] = {}
    ahead = [(one, extra) for one in asked for extra in ("", *one.extras)]
    seen: set[tuple[str, str]] = set()
    while ahead:
        requirement, extra = ahead.pop()
        name = str(canonicalize_name(requirement.name))
        if name in lock.elsewhere or (name, extra) in seen:
            continue
        seen.add((name, extra))
        reached.add(name)
        if name not in wheels:
            missing[name] = requirement
            continue
        for needed in map(Requirement, wheels[name]["metadata"].get("requires_dist", ())):
            if target.wants(needed, extra):
                ahead += [(needed, further) for further in ("", *needed.extras)]
    return reached, missing
