"""The bill of materials: CycloneDX 1.6, the same bytes from the same wheels."""

import json
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from supply.packages import read_wheels
from supply.sbom import bill_of_materials
from supply.targets import Target

from tests.packaging.supply.wheels import wheel

TARGET = Target("3.11", "aarch64", glibc=36)


def document(folder: Path) -> str:
    metadata = "Summary: something\nHome-page: https://example.org\n"
    wheel(
        folder, "top", "1.5", metadata + "License-Expression: MIT AND Zlib\nRequires-Dist: other>=1\n"
        "Requires-Dist: absent; platform_machine == 'armv7l'", {"top.libs/libvpx-ab12.so.8": "native"},
    )  # fmt: skip
    wheel(folder, "other", metadata="License: MIT")
    return bill_of_materials(
        "bookworm-arm64", "0.1.0", TARGET, read_wheels(folder), [Requirement("top")], 1_700_000_000
    )


def test_it_says_what_is_in_the_package(tmp_path: Path) -> None:
    found: dict[str, Any] = json.loads(document(tmp_path))
    other, top = found["components"]
    assert (top["purl"], top["licenses"]) == ("pkg:pypi/top@1.5", [{"expression": "MIT AND Zlib"}])
    assert top["components"][0]["name"] == "libvpx-ab12.so.8", "what a wheel brings along is a part of its own"
    assert len(top["hashes"][0]["content"]) == 64
    assert other["licenses"] == [{"license": {"id": "MIT"}}]
    depends = {one["ref"]: one["dependsOn"] for one in found["dependencies"]}
    assert depends["pkg:pypi/edgeclassify@0.1.0"] == ["pkg:pypi/top@1.5"]
    assert depends["pkg:pypi/top@1.5"] == ["pkg:pypi/other@1.0"], "what another machine needs is not among it"
    assert found["metadata"]["timestamp"] == "2023-11-14T22:13:20Z"


def test_what_an_extra_brings_is_needed_by_who_has_the_extra(tmp_path: Path) -> None:
    wheel(tmp_path, "top", metadata="License: MIT\nRequires-Dist: server[fast]>=1")
    wheel(tmp_path, "server", metadata="License: MIT\nRequires-Dist: loop; extra == 'fast'\n"
          "Requires-Dist: shown; extra == 'docs'")  # fmt: skip
    for name in ("loop", "shown"):
        wheel(tmp_path, name, metadata="License: MIT")
    text = bill_of_materials("x", "0.1.0", TARGET, read_wheels(tmp_path), [Requirement("top")], 0)
    depends = {one["ref"]: one["dependsOn"] for one in json.loads(text)["dependencies"]}
    assert depends["pkg:pypi/server@1.0"] == ["pkg:pypi/loop@1.0"]


def test_the_same_wheels_give_the_same_bytes(tmp_path: Path) -> None:
    assert document(tmp_path) == document(tmp_path)


def test_it_is_what_the_schema_of_cyclonedx_asks_for(tmp_path: Path) -> None:
    validation = pytest.importorskip(
        "cyclonedx.validation.json", reason="needs the extra `release`: cyclonedx-python-lib"
    )
    from cyclonedx.schema import SchemaVersion

    validator = validation.JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(document(tmp_path)) is None
    assert validator.validate_str(document(tmp_path).replace('"SHA-256"', '"SHA-7"')) is not None, (
        "it would notice"
    )
