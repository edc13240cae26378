"""What is looked at before a release: that a fault is noticed."""

import tarfile
from pathlib import Path

import pytest
from supply import checks
from supply.built import content_faults
from supply.licence_list import SHIPPED
from supply.lock_files import LOCKS as FOLDER
from supply.targets import LOCKS

from tests.packaging.supply.wheels import wheel


def test_a_lock_that_is_old_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in FOLDER.glob("*.txt"):
        text = path.read_text()
        (tmp_path / path.name).write_text(text.replace("paho-mqtt==2.2.", "paho-mqtt==2.1."))
    (tmp_path / "trixie-arm64.txt").write_text("")
    monkeypatch.setattr(checks, "FOLDER", tmp_path)
    faults = list(checks.lock_faults())
    assert "bookworm-amd64: paho-mqtt 2.1.0 is not <2.3,>=2.2; make locks" in faults
    assert "trixie-arm64: no lock file; make locks" in faults


def test_a_package_without_a_row_in_the_list_of_licences_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorter = tmp_path / "shipped.md"
    lines = SHIPPED.read_text().splitlines()
    shorter.write_text("\n".join(line for line in lines if not line.startswith("| click |")))
    monkeypatch.setattr(checks, "SHIPPED", shorter)
    faults = list(checks.licence_faults())
    assert len(faults) == sum(len(lock.targets) == 1 for lock in LOCKS.values())
    assert all(fault.startswith("click ") for fault in faults)


def test_a_changelog_without_the_day_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "PROJECT", tmp_path / "pyproject.toml")
    monkeypatch.setattr(checks, "project_version", lambda: "1.2.3")
    for heading, fault in (
        ("## 1.2.3 (unreleased)", "CHANGELOG.md: 1.2.3 is unreleased; a release has its day there, as 2026-01-31"),
        ("## 1.2.2 (2026-01-31)", "CHANGELOG.md begins with 1.2.2, the program is 1.2.3"),
        ("## 1.2.3 (2026-01-31)", None),
    ):
        (tmp_path / "CHANGELOG.md").write_text(f"# Changelog\n\n{heading}\n")
        assert list(checks.version_faults()) == ([] if fault is None else [fault])


def test_a_wheel_without_its_data_and_with_others_files_is_noticed(tmp_path: Path) -> None:
    small = wheel(tmp_path, "edgeclassify", files={"tests/x.py": "", "edgeclassify/__pycache__/x.pyc": ""})
    source = tmp_path / "edgeclassify-1.0.tar.gz"
    with tarfile.open(source, "w:gz") as archive:
        archive.add(small, "edgeclassify-1.0/secret.key")
    faults = list(content_faults(small, source))
    assert any("edgeclassify/model/builtin/.*" in fault for fault in faults)
    assert any(r"__init__\.pyi" in fault for fault in faults)
    assert any("edgeclassify/__main__.py is missing" in fault for fault in faults)
    assert any(fault.endswith("tests/x.py is outside the package") for fault in faults)
    assert "secret.key is not for others" in faults
    assert "edgeclassify/__pycache__/x.pyc is not for others" in faults
