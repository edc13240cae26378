"""What `pip install` may bring: no version with a known fault, and LiteRT wherever it has wheels."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
REQUIREMENTS = [Requirement(text) for text in PROJECT["dependencies"]]
EXTRAS = {name: [Requirement(text) for text in texts] for name, texts in PROJECT["optional-dependencies"].items()}
PLATFORMS = [
    (python, machine)
    for python in ("3.11", "3.12", "3.13")
    for machine in ("x86_64", "aarch64", "armv7l", "armv8l")
]  # fmt: skip


@dataclass(frozen=True)
class Advisory:
    """A fault of a package in the versions from `since` (None: all) to below `fixed`."""

    id: str
    package: str
    fixed: Version
    since: Version | None
    what: str

    def is_allowed_by(self, specifier: SpecifierSet) -> bool:
        """May pip choose a version with this fault?"""
        floors = [Version(one.version) for one in specifier if one.operator in (">=", "==")]
        above = any(floor >= self.fixed for floor in floors)
        ends = [Version(one.version) for one in specifier if one.operator == "<"]
        below = self.since is not None and any(end <= self.since for end in ends)
        return not (above or below)


def advisories() -> list[Advisory]:
    tables = tomllib.loads((Path(__file__).parent / "advisories.toml").read_text())["advisory"]
    return [
        Advisory(
            table["id"], table["package"], Version(table["fixed"]),
            Version(table["since"]) if "since" in table else None, table["what"],
        )
        for table in tables
    ]  # fmt: skip


def brought(package: str, python: str, machine: str, among: list[Requirement]) -> Iterator[SpecifierSet]:
    """What is asked of a package on that platform."""
    here = {"python_version": python, "python_full_version": f"{python}.0", "platform_machine": machine}
    for requirement in among:
        if requirement.name == package and (requirement.marker is None or requirement.marker.evaluate(here)):
            yield requirement.specifier


@pytest.mark.parametrize("advisory", advisories(), ids=lambda advisory: advisory.id)
def test_no_version_with_a_known_fault_is_allowed(advisory: Advisory) -> None:
    asked = [item for item in REQUIREMENTS if item.name == advisory.package]
    assert asked, f"{advisory.package} is no dependency: a floor must be ours to set"
    for requirement in asked:
        assert not advisory.is_allowed_by(requirement.specifier), f"{requirement}: {advisory.what}"


@pytest.mark.parametrize(
    ("specifier", "since", "fixed", "allowed"),
    [
        (">=2.31", None, "2.32.4", True),
        (">=2.32.4", None, "2.32.4", False),
        (">=2.33", None, "2.32.4", False),
        ("<3", None, "2.32.4", True),
        (">=4.8,<=4.11.0.86", "4.10", "4.12", True),
        (">=4.8,<4.10", "4.10", "4.12", False),
        (">=4.8,<4.11", "4.10", "4.12", True),
        (">=4.8,<4.10", None, "4.12", True),
        ("==2.31", None, "2.32", True),
    ],
)
def test_what_allows_a_fault(specifier: str, since: str | None, fixed: str, allowed: bool) -> None:
    advisory = Advisory("X", "x", Version(fixed), None if since is None else Version(since), "")
    assert advisory.is_allowed_by(SpecifierSet(specifier)) is allowed


@pytest.mark.parametrize(("python", "machine"), PLATFORMS)
def test_one_runtime_comes_along_and_it_is_litert_where_there_are_wheels(python: str, machine: str) -> None:
    old = python == "3.11" and machine.startswith("armv")
    litert = list(brought("ai-edge-litert", python, machine, REQUIREMENTS))
    tflite = list(brought("tflite-runtime", python, machine, REQUIREMENTS))
    assert (len(litert), len(tflite)) == ((0, 1) if old else (1, 0))


def test_the_other_runtime_is_an_extra_and_the_tests_bring_it() -> None:
    assert list(brought("tflite-runtime", "3.11", "x86_64", EXTRAS["tflite-runtime"]))
    assert not list(brought("tflite-runtime", "3.13", "x86_64", EXTRAS["tflite-runtime"]))
    assert "edgeclassify[tflite-runtime]" in map(str, EXTRAS["test"])


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_python_311_stays_with_numpy_1_for_picamera2(machine: str) -> None:
    (numpy,) = brought("numpy", "3.11", machine, REQUIREMENTS)
    assert "1.24.2" in numpy, "Bookworm's own must do"
    assert "2.0" not in numpy
