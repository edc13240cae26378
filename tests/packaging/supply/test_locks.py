"""Lock files: what is in them, and how what pip chose for another machine is set right."""

import re
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from supply import resolving
from supply.checks import licence_faults, lock_faults
from supply.lock_files import LOCKS as FOLDER, Chosen, read, text
from supply.targets import LOCKS, Lock, Target


def test_each_lock_holds_what_the_project_asks_for() -> None:
    assert list(lock_faults()) == []


def test_each_locked_package_is_in_the_list_of_licences() -> None:
    assert list(licence_faults()) == []


def test_no_lock_says_where_wheels_come_from() -> None:
    for path in FOLDER.glob("*.txt"):
        assert "://" not in path.read_text(), path.name
        assert path.stem in LOCKS


def test_both_processors_have_the_same_versions() -> None:
    for suite in ("bookworm", "trixie"):
        amd64, arm64 = (read(FOLDER / f"{suite}-{arch}.txt") for arch in ("amd64", "arm64"))
        assert {name: one.version for name, one in amd64.items()} == {
            name: one.version for name, one in arm64.items()
        }


def test_a_lock_is_read_as_it_was_written(tmp_path: Path) -> None:
    chosen = {"numpy": Chosen("2.1.0", {"aa", "bb"}), "click": Chosen("8.1", {"cc"})}
    path = tmp_path / "x.txt"
    path.write_text(text("x", chosen))
    assert read(path) == chosen
    assert re.search(r"^click==8\.1 \\\n    --hash=sha256:cc\nnumpy", path.read_text(), re.MULTILINE), "sorted"


def test_tags_go_from_the_newest_glibc_to_the_oldest() -> None:
    tags = list(Target("3.11", "aarch64", glibc=36).tags())
    assert tags[0] == "manylinux_2_36_aarch64"
    assert tags[-2:] == ["manylinux_2_17_aarch64", "manylinux2014_aarch64"]
    assert "manylinux1_x86_64" in Target("3.11", "x86_64", glibc=36).tags()


@pytest.mark.parametrize(
    ("machine", "marker", "wanted"),
    [
        ("armv7l", "platform_machine == 'armv7l'", True),
        ("aarch64", "platform_machine == 'armv7l'", False),
        ("aarch64", "python_version < '3.12'", True),
        ("aarch64", "extra == 'demo'", False),
        ("aarch64", "sys_platform == 'win32'", False),
    ],
)
def test_markers_are_judged_for_the_other_machine(machine: str, marker: str, wanted: bool) -> None:
    assert Target("3.11", machine, glibc=36).wants(Requirement(f"x; {marker}")) is wanted


def pip_that_has(found: dict[str, list[str]], asked: list[list[str]]) -> Any:
    """Stands for pip: knows requirements of each package, and takes those of the machine it runs on."""

    def choose(
        _lock: Lock, _target: Target, _python: str, wanted: list[str], _kept: dict[str, str]
    ) -> list[dict[str, Any]]:
        asked.append(wanted)
        return [
            {
                "metadata": {"name": name, "version": "1.0", "requires_dist": found[name]},
                "download_info": {"archive_info": {"hashes": {"sha256": f"digest of {name}"}}},
            }
            for name in [*map(str.strip, wanted), *ALWAYS]
        ]

    return choose


ALWAYS = ["for-this-machine"]


def test_what_pip_left_out_is_asked_for_and_what_it_took_needlessly_is_dropped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[list[str]] = []
    needs = {
        "top": [
            "for-that-machine; platform_machine == 'armv7l'",
            "for-this-machine; platform_machine == 'x86_64'",
        ],
        "for-that-machine": ["from-debian"],
        "for-this-machine": [],
    }
    monkeypatch.setattr(resolving, "pip_chooses", pip_that_has(needs, asked))
    monkeypatch.setattr(resolving, "wanted_by_project", lambda _target, _extras: [Requirement("top")])
    target = Target("3.11", "armv7l", glibc=36)
    found = resolving.resolve(Lock((target,), elsewhere={"from-debian": "1.0"}), target, "python", {})
    assert set(found) == {"top", "for-that-machine"}
    assert found["top"].digests == {"digest of top"}
    assert asked == [["top"], ["top", "for-that-machine"]]
