"""What is refused before anything changes: one message each."""

import os
import platform
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from edgeclassify.__main__ import main
from edgeclassify.errors import ExitStatus, ServiceError, StorageError
from edgeclassify.service.installing import refusals
from edgeclassify.service.installing.refusals import check_machine, check_python, check_room
from tests.support.data import ROOT


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Root, with systemd, without a package. Its file is the unit of the package, which is not there."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(refusals, "PACKAGE_UNIT", tmp_path / "edgeclassify.service")
    return tmp_path / "edgeclassify.service"


def python(monkeypatch: pytest.MonkeyPatch, version: tuple[int, int], bits: int, kernel: str) -> None:
    monkeypatch.setattr(
        refusals, "sys", SimpleNamespace(version_info=(*version, 0), executable="/usr/bin/python3")
    )
    monkeypatch.setattr(struct, "calcsize", lambda _: bits // 8)
    monkeypatch.setattr(platform, "machine", lambda: kernel)


def test_a_machine_of_systemd_is_taken(machine: Path) -> None:
    check_machine("service install")


def test_without_root_rights(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ServiceError, match="Run: sudo edgeclassify service install"):
        check_machine("service install")


def test_without_systemd(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(ServiceError, match=r"expected systemd, found no systemctl.*edgeclassify run --config"):
        check_machine("service install")


def test_where_a_package_has_the_service(machine: Path) -> None:
    machine.touch()
    with pytest.raises(ServiceError, match="sudo apt install edgeclassify"):
        check_machine("service install")


@pytest.mark.parametrize(
    ("version", "bits", "kernel", "words"),
    [
        ((3, 10), 64, "aarch64", r"expected Python 3\.11 or later, found 3\.10"),
        ((3, 11), 32, "aarch64", "sudo setarch linux32"),
        ((3, 13), 32, "armv7l", r"neither LiteRT nor tflite-runtime is there for Python 3\.13 on a 32-bit"),
    ],
)
def test_a_python_for_which_there_is_nothing(
    version: tuple[int, int], bits: int, kernel: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    python(monkeypatch, version, bits, kernel)
    with pytest.raises(ServiceError, match=words):
        check_python("service install")


@pytest.mark.parametrize(
    ("version", "bits", "kernel"),
    [((3, 11), 64, "aarch64"), ((3, 13), 64, "x86_64"), ((3, 11), 32, "armv7l"), ((3, 11), 32, "armv8l")],
)
def test_a_python_that_fits(
    version: tuple[int, int], bits: int, kernel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    python(monkeypatch, version, bits, kernel)
    check_python("service install")


def test_without_room(tmp_path: Path) -> None:
    check_room("service install", tmp_path, most_bytes=1)
    with pytest.raises(StorageError, match="expected 1099511627776 MB of free space"):
        check_room("service install", tmp_path, most_bytes=1 << 60)


def test_the_command_says_it_and_changes_nothing(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    for command in ("install", "uninstall"):
        assert main(["service", command]) == ExitStatus.UNAVAILABLE
        error = capsys.readouterr().err
        assert error.startswith(f"edgeclassify: service {command}: expected systemd")
        assert error.count("\n") == 1


def test_make_install_says_it_by_its_own_name(tmp_path: Path) -> None:
    """By a Python that has no package."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", _BOOTSTRAP.format(root=str(ROOT))],
        capture_output=True, text=True, check=False, env={"PATH": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == ExitStatus.UNAVAILABLE
    assert done.stderr.startswith("make install: service install: expected ")
    assert done.stderr.count("\n") == 1


_BOOTSTRAP = """
import sys
sys.path[:] = [p for p in sys.path if "site-packages" not in p] + ["{root}"]
from edgeclassify.service.installing.bootstrap import main
foreign = [name for name in ("click", "pydantic", "numpy") if name in sys.modules]
assert not foreign, foreign
sys.exit(main())
"""
