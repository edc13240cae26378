"""The service's files, filled in for one machine or another."""

import re
from pathlib import Path

import pytest

from edgeclassify.__main__ import main
from edgeclassify.errors import ExitStatus
from edgeclassify.service.files import Layout, ServiceFile, service_files

COMMAND = Path("/opt/edgeclassify/bin/edgeclassify")
SYSTEMDS = [252, 253, 254, 257]


def made(systemd: int = 257) -> dict[str, ServiceFile]:
    """By name below /usr/lib."""
    library = Path("/usr/lib")
    return {str(file.path.relative_to(library)): file for file in service_files(Layout(COMMAND, library, systemd))}


def values(text: str, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", text, re.MULTILINE)


@pytest.mark.parametrize("systemd", SYSTEMDS)
def test_no_mark_of_a_template_is_left(systemd: int) -> None:
    for file in made(systemd).values():
        assert not re.findall(r"@[A-Z]+@|^\{", file.text, re.MULTILINE), file.path
        assert file.text.endswith("\n")


@pytest.mark.parametrize(("systemd", "kind", "reloads"), [(252, "notify", 2), (253, "notify-reload", 1)])
def test_the_daemon_is_told_of_a_reload_once(systemd: int, kind: str, reloads: int) -> None:
    """By systemd itself where it can, else by the second line of the unit."""
    unit = made(systemd)["systemd/system/edgeclassify.service"].text
    assert values(unit, "Type") == [kind]
    assert len(values(unit, "ExecReload")) == reloads


@pytest.mark.parametrize(("systemd", "first", "steps"), [(253, "10", []), (254, "2", ["5"])])
def test_the_delay_before_a_restart_grows_where_systemd_knows_how(
    systemd: int, first: str, steps: list[str]
) -> None:
    unit = made(systemd)["systemd/system/edgeclassify.service"].text
    assert values(unit, "RestartSec") == [first]
    assert values(unit, "RestartSteps") == steps


def test_an_instance_has_a_config_a_state_and_a_runtime_folder_of_its_own() -> None:
    one, each = (made()[f"systemd/system/edgeclassify{at}.service"].text for at in ("", "@"))
    assert values(each, "ExecStart") == [f"{COMMAND} run --config /etc/edgeclassify/%i.toml"]
    assert values(each, "StateDirectory") == ["edgeclassify/%i"]
    assert values(each, "RuntimeDirectory") == ["edgeclassify-%i"]
    keys = [[line.partition("=")[0] for line in text.splitlines() if line[:1] != "#"] for text in (one, each)]
    assert keys[0] == keys[1], "they differ in nothing else"


def test_they_are_written_below_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["service", "files", "--into", str(tmp_path), "--systemd", "252"]) == ExitStatus.OK
    unit = tmp_path / "usr/lib/systemd/system/edgeclassify.service"
    assert str(unit) in capsys.readouterr().out
    assert values(unit.read_text(), "ExecStart")[0].startswith("/usr/bin/edgeclassify run ")
    assert unit.stat().st_mode & 0o777 == 0o644


def test_a_folder_that_can_not_be_written_to_is_one_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert main(["service", "files", "--into", str(tmp_path / "file/root")]) == ExitStatus.CANNOT_WRITE
    error = capsys.readouterr().err
    assert error.startswith(f"edgeclassify: {tmp_path}/file/root/usr/lib/")
    assert error.count("\n") == 1
