"""Which shared libraries the system's loader finds."""

import ctypes
from pathlib import Path

import pytest

from edgeclassify.preflight.libraries import loader_finds


def test_those_of_this_system() -> None:
    assert ctypes.CDLL("libc.so.6")
    assert loader_finds("libc.so.6") is True
    assert loader_finds("libno-such-thing.so.7") is not True


def test_what_its_list_has(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.write_bytes(b"head\0libalone.so.1\0/usr/lib/libend.so.2\0")
    found = {name: loader_finds(name, cache, []) for name in ("libalone.so.1", "libend.so.2", "alone.so.1", "lib")}
    assert found == {"libalone.so.1": True, "libend.so.2": True, "alone.so.1": False, "lib": False}
    assert loader_finds("libalone.so.1", tmp_path / "none", []) is None


def test_what_lies_in_its_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "libmine.so").touch()
    monkeypatch.setenv("LD_LIBRARY_PATH", f"/no/such:{tmp_path}")
    assert loader_finds("libmine.so", tmp_path / "none") is True
    assert loader_finds("libother.so", tmp_path / "none") is None
