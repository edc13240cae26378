"""A bill of materials: what is in a package, as CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/).

Made by hand of what the wheels say, so that the same wheels give the same bytes: the time is SOURCE_DATE_EPOCH's,
the serial number follows from the content.
"""

import json
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from supply.licences import Licences
from supply.packages import Library, Package
from supply.targets import Target

Object = dict[str, Any]
_SPACE = uuid.UUID("6f9d4a9e-0c0e-5d0a-9a51-7e3c6f0f7b11")


def bill_of_materials(
    name: str, version: str, target: Target, packages: Iterable[Package], wanted: Iterable[Requirement], epoch: int
) -> str:
    """The document, as text. `name`: of the lock; `version`: the project's; `wanted`: what it asks for."""
    licences, packages = Licences(), list(packages)
    root = f"pkg:pypi/edgeclassify@{version}"
    references = {package.name: _purl(package) for package in packages}
    asked = [str(one) for one in wanted]
    extras = _extras(asked, target, packages)
    document: Object = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "lifecycles": [{"phase": "build"}],
            "component": {
                "type": "application", "bom-ref": root, "name": "edgeclassify", "version": version, "purl": root,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
                "properties": [
                    {"name": "edgeclassify:package", "value": name},
                    {"name": "edgeclassify:python", "value": target.python},
                    {"name": "edgeclassify:machine", "value": target.machine},
                ],
            },
        },
        "components": [_component(package, licences) for package in packages],
        "dependencies": [
            {"ref": root, "dependsOn": _references(asked, target, references)},
            *(
                {
                    "ref": references[package.name],
                    "dependsOn": _references(package.requires, target, references, extras[package.name]),
                }
                for package in packages
            ),
        ],
    }  # fmt: skip
    serial = uuid.uuid5(_SPACE, json.dumps(document, sort_keys=True))
    return json.dumps({"serialNumber": f"urn:uuid:{serial}"} | document, indent=1, sort_keys=True) + "\n"


def _component(package: Package, licences: Licences) -> Object:
    found: Object = {
        "type": "library", "bom-ref": _purl(package), "name": package.name, "version": package.version,
        "purl": _purl(package), "hashes": [{"alg": "SHA-256", "content": package.sha256}],
        "licenses": _licence(licences.of_package(package)),
        "properties": [{"name": "edgeclassify:wheel", "value": package.wheel}],
    }  # fmt: skip
    if package.summary:
        found["description"] = package.summary
    if package.homepage:
        found["externalReferences"] = [{"type": "website", "url": package.homepage}]
    if package.libraries:
        found["components"] = [_library(package, library, licences) for library in package.libraries]
    return found


def _library(package: Package, library: Library, licences: Licences) -> Object:
    name, licence = licences.of_library(library)
    return {
        "type": "file", "bom-ref": f"{_purl(package)}#{library.file}", "name": library.file, "description": name,
        "hashes": [{"alg": "SHA-256", "content": library.sha256}], "licenses": _licence(licence),
    }  # fmt: skip


def _licence(expression: str) -> list[Object]:
    single = " " not in expression
    return [{"license": {"id": expression}}] if single else [{"expression": expression}]


def _purl(package: Package) -> str:
    return f"pkg:pypi/{package.name}@{package.version}"


def _asked(requirements: Iterable[str], target: Target, extras: Iterable[str]) -> list[Requirement]:
    """What is asked for there, with these extras and without one."""
    parsed = [Requirement(text) for text in requirements]
    return [one for one in parsed if any(target.wants(one, extra) for extra in ("", *extras))]


def _extras(wanted: Iterable[str], target: Target, packages: list[Package]) -> dict[str, set[str]]:
    """Name → its extras that the project or another package asks for."""
    found: dict[str, set[str]] = {package.name: set() for package in packages}
    requires = {package.name: package.requires for package in packages}
    ahead = _asked(wanted, target, ())
    seen: set[tuple[str, str]] = set()
    while ahead:
        one = ahead.pop()
        name = str(canonicalize_name(one.name))
        for extra in {"", *one.extras}:
            if name in requires and (name, extra) not in seen:
                seen.add((name, extra))
                found[name] |= {extra} - {""}
                ahead += _asked(requires[name], target, (extra,))
    return found


def _references(
    requirements: Iterable[str], target: Target, references: dict[str, str], extras: Iterable[str] = ()
) -> list[str]:
    """Of those that are there: what comes from elsewhere, or is for another machine, has none."""
    names = {str(canonicalize_name(one.name)) for one in _asked(requirements, target, extras)}
    return sorted(references[name] for name in names if name in references)
