"""Lock files: the exact wheels of each package and of the test environments, with their digests.

    python packaging/lock.py [NAME...] [--upgrade] [--python PATH...]

writes packaging/locks/NAME.txt in pip's own form, to be installed with `--require-hashes --no-deps`. A version
that is locked stays while pyproject.toml allows it; `--upgrade` takes the newest of all. pip chooses the versions,
and judges markers by the Python that it runs in: each lock needs one of its own minor version (`--python`, or one
that is found on the PATH). Markers of another machine are judged here: what pip left out is asked for, what it took
needlessly is dropped.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent / "pyproject.toml"
# What a user of the package finds there: the page, the demo with its broker, the questions of the setup. A package
# can't be added to later, so the second runtime comes along where it exists.
SHIPPED = ("demo", "setup", "tflite-runtime", "web")
# The demo's broker asks for more than there is for a 32-bit ARM (psutil, argon2).
SHIPPED_ARMHF = tuple(extra for extra in SHIPPED if extra != "demo")
# Debian's own in Bookworm, where PyPI has no wheels for a 32-bit ARM: the package depends on python3-NAME.
BOOKWORM_ARMHF = {"numpy": "1.24.2", "opencv-python-headless": "4.6.0"}


@dataclass(frozen=True)
class Target:
    """A machine and a Python that wheels are chosen for."""

    python: str
    machine: str
    glibc: int  # the minor version: 2.36 in Bookworm

    def tags(self) -> Iterator[str]:
        """The platform tags of wheels that run there, best first."""
        oldest = 5 if self.machine == "x86_64" else 17
        legacy = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
        for minor in range(self.glibc, oldest - 1, -1):
            yield f"manylinux_2_{minor}_{self.machine}"
            if minor in legacy:
                yield f"{legacy[minor]}_{self.machine}"

    def wants(self, requirement: Requirement, extra: str = "") -> bool:
        """Does its marker hold there?"""
        here = {
            "python_version": self.python, "python_full_version": f"{self.python}.0",
            "platform_machine": self.machine, "implementation_name": "cpython", "platform_python_implementation": "CPython", "os_name": "posix",
            "sys_platform": "linux", "platform_system": "Linux", "extra": extra,
        }  # fmt: skip
        return requirement.marker is None or requirement.marker.evaluate(here)


@dataclass(frozen=True)
class Lock:
    """One file: for whom, which extras of the project, and what comes from elsewhere."""

    targets: tuple[Target, ...]
    extras: tuple[str, ...] = SHIPPED
    elsewhere: dict[str, str] = field(default_factory=dict)  # name → the version that is there
    also: tuple[str, ...] = ()


def _tests(python: str) -> Lock:
    machines = tuple(Target(python, machine, glibc=36) for machine in ("x86_64", "aarch64"))
    return Lock(machines, ("dev", "release"), also=("setuptools>=77",))


LOCKS = {
    "bookworm-amd64": Lock((Target("3.11", "x86_64", glibc=36),)),
    "bookworm-arm64": Lock((Target("3.11", "aarch64", glibc=36),)),
    "bookworm-armhf": Lock((Target("3.11", "armv7l", glibc=36),), SHIPPED_ARMHF, elsewhere=BOOKWORM_ARMHF),
    "trixie-amd64": Lock((Target("3.13", "x86_64", glibc=41),)),
    "trixie-arm64": Lock((Target("3.13", "aarch64", glibc=41),)),
    "tests-3.11": _tests("3.11"),
    "tests-3.13": _tests("3.13"),
}


@dataclass
class Chosen:
    """A package of a lock: its version, and the digests of its wheels."""

    version: str
    digests: set[str] = field(default_factory=set)


def wanted_by_project(target: Target, extras: Iterable[str]) -> list[Requirement]:
    """What pyproject.toml asks for there, extras of extras included."""
    project = tomllib.loads(PROJECT.read_text())["project"]
    optional = project["optional-dependencies"]
    found, open_extras, seen = [Requirement(text) for text in project["dependencies"]], list(extras), set[str]()
    while open_extras:
        extra = open_extras.pop()
        if extra in seen or extra not in optional:
            continue
        seen.add(extra)
        for requirement in map(Requirement, optional[extra]):
            if requirement.name == project["name"]:
                open_extras.extend(requirement.extras)
            else:
                found.append(requirement)
    return [one for one in found if target.wants(one)]


def without_marker(requirement: Requirement) -> str:
    """As pip is asked for it, whatever machine it runs on."""
    plain = Requirement(str(requirement))
    plain.marker = None
    return str(plain)


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
                   "--only-binary=:all:", "--python-version", target.python, "--implementation", "cp", "--target", folder,
                   "--find-links", folder, "--constraint", str(constraints), "--report", str(report)]  # fmt: skip
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
        by_name = {canonicalize_name(wheel["metadata"]["name"]): wheel for wheel in wheels}
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


def read(path: Path) -> dict[str, Chosen]:
    """A lock file as it lies there; nothing where there is none."""
    found: dict[str, Chosen] = {}
    for line in path.read_text().splitlines() if path.exists() else ():
        if "==" in line and not line.startswith("#"):
            name, _, version = line.rstrip(" \\").partition("==")
            found[name] = Chosen(version)
        elif "--hash=sha256:" in line:
            found[name].digests.add(line.strip().rstrip(" \\").removeprefix("--hash=sha256:"))
    return found


def text(name: str, chosen: dict[str, Chosen]) -> str:
    """The file of that lock."""
    lines = [f"# Written by packaging/lock.py {name}. Do not edit."]
    for package, one in sorted(chosen.items()):
        lines.append(f"{package}=={one.version} \\")
        lines += [f"    --hash=sha256:{digest} \\" for digest in sorted(one.digests)]
        lines[-1] = lines[-1].removesuffix(" \\")
    return "\n".join(lines) + "\n"


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
        lock, path = LOCKS[name], HERE / "locks" / f"{name}.txt"
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
