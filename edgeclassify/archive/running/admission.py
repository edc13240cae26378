"""Which workers of a cluster may take part: those that would say the same of an image as any other."""

from collections.abc import Mapping
from typing import Any

from edgeclassify.archive.running.on_worker import CantOpen
from edgeclassify.archive.wanted import ClassifierFacts

_OWN = "edgeclassify"
PACKAGES = ("python", "dask", "distributed", _OWN)


def other_version(ours: Mapping[str, Any], its: Mapping[str, Any], *, has_ours: bool = True) -> str:
    """What of the packages differs, as "expected …, found …"; "" where they fit.

    `ours`, `its`: the answers of `get_versions`. `has_ours`: edgeclassify is needed there too.
    """
    mine, found = _packages(ours), _packages(its)
    for name in PACKAGES:
        if (name == _OWN and not has_ours) or found.get(name) == mine.get(name):
            continue
        return f"expected {name} {mine.get(name)}, found {found.get(name) or 'none'}"
    return ""


def unfit(wanted: ClassifierFacts, said: ClassifierFacts | CantOpen) -> str:
    """Why a worker can't take part, as part of a sentence; "" where it can."""
    return said.why if isinstance(said, CantOpen) else wanted.differs(said)


def _packages(answer: Mapping[str, Any]) -> dict[str, str | None]:
    packages = answer.get("packages")
    found = dict(packages or {})
    python = found.get("python")
    # What is sent fits between patch releases.
    found["python"] = None if python is None else ".".join(str(python).split(".")[:2])
    return {name: None if found.get(name) in (None, "MISSING") else str(found[name]) for name in PACKAGES}
