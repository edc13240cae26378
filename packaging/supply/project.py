"""What pyproject.toml asks for."""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement

from supply.targets import Target

PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"


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


def project_version() -> str:
    """As edgeclassify/__init__.py says."""
    text = (PROJECT.parent / "edgeclassify/__init__.py").read_text()
    found = re.search(r'^__version__ = "(.+)"$', text, re.MULTILINE)
    if found is None:
        raise ValueError("edgeclassify/__init__.py has no __version__")
    return found[1]
