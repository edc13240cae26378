"""What is made of that which a host says; a script stands in for ssh."""

import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from rollout.hosts import Host
from rollout.one_host import Result, Work, apply

HOST = Host("a", {"node": "a"})
GATE_SAYS_NO = ("sh", "-c", "exit 1", "gate")


@pytest.fixture
def said(tmp_path: Path) -> Callable[..., Work]:
    """What a host says to each order: the work that reaches it; `tmp_path`/asked has what it was told."""

    def work(text: str, **options: object) -> Work:
        script = tmp_path / "ssh"
        script.write_text(
            f'#!/bin/sh\ncat > "{tmp_path}/tar"\necho "$2" >> "{tmp_path}/asked"\ncat << "END"\n{text}\nEND\n'
        )
        script.chmod(0o755)
        return Work(ssh=(str(script),), **options)  # type: ignore[arg-type]

    return work


@pytest.mark.parametrize(
    ("text", "outcome", "why", "undone"),
    [
        ("BEGUN\nRESULT unchanged: the config is there already", "broken", "sh: exit status 1", False),
        (
            "BEGUN\nRESULT done: package 2 (before: 1)",
            "broken",
            "package 2 (before: 1); sh: exit status 1",
            False,
        ),
        ("BEGUN\nSWITCHED\nRESULT done: config taken over", "rolled-back", "sh: exit status 1", True),
    ],
)
def test_only_a_config_that_was_switched_is_taken_back(
    said: Callable[..., Work], tmp_path: Path, text: str, outcome: str, why: str, undone: bool
) -> None:
    result = apply(said(text, gate=GATE_SAYS_NO), HOST, "[node]\n")
    assert (result.outcome, result.why) == (outcome, why)
    assert (" undo <" in (tmp_path / "asked").read_text()) is undone


@pytest.mark.parametrize(
    ("text", "outcome"), [("BEGUN", "broken"), ("Permission denied", "unreachable"), ("BEGUN\nRESULT x", "broken")]
)
def test_what_is_lost_after_its_begin_is_not_known(said: Callable[..., Work], text: str, outcome: str) -> None:
    result = apply(said(text), HOST, None)
    assert result.outcome == outcome
    assert ("what it has now is not known" in result.why) is (outcome == "broken")


def test_a_host_that_takes_nothing_ends_in_time() -> None:
    big = "#" * 1_000_000
    result = apply(Work(ssh=("sh", "-c", "sleep 60", "ssh"), settle_s=0, time_out_s=0.2), HOST, big)
    assert result == Result(HOST, "broken", "no end within 0.2 s: what it has now is not known")


def test_the_time_that_the_service_must_run_comes_on_top() -> None:
    assert Work(settle_s=1000, time_out_s=900).longest_s == 3900
    assert "ServerAliveInterval=15" in Work().ssh


def test_a_package_by_a_link_arrives_as_a_file(said: Callable[..., Work], tmp_path: Path) -> None:
    (tmp_path / "e_1.deb").write_bytes(b"package")
    (tmp_path / "latest.deb").symlink_to("e_1.deb")
    apply(said("RESULT done: x", deb=tmp_path / "latest.deb"), HOST, None)
    with tarfile.open(tmp_path / "tar") as tar:
        found = tar.extractfile("latest.deb")
        assert found is not None
        assert found.read() == b"package"


def test_a_package_that_is_gone_meanwhile_is_said(said: Callable[..., Work], tmp_path: Path) -> None:
    result = apply(said("RESULT done: x", deb=tmp_path / "none.deb"), HOST, None)
    assert result.outcome == "unreachable"
    assert "none.deb" in result.why


def test_the_gate_does_not_hear_ctrl_c(said: Callable[..., Work]) -> None:
    show = f"{sys.executable} -c 'import os, sys; sys.exit(os.getsid(0) == {os.getsid(0)})'"
    assert apply(said("RESULT done: x", gate=("sh", "-c", show, "gate")), HOST, None).outcome == "done"


def test_the_script_is_one_for_any_shell() -> None:
    script = Path(__file__).parents[3] / "packaging" / "rollout" / "on_host.sh"
    assert subprocess.run(["sh", "-n", script], check=False).returncode == 0
