"""`edgeclassify web`: the password, tokens and the address of the page."""

import io
import re
import stat
from pathlib import Path

import pytest

from edgeclassify.__main__ import main
from edgeclassify.errors import ExitStatus
from edgeclassify.web.safety.access_file import AccessFile, read_access
from edgeclassify.web.safety.passwords import is_password, token_hash
from tests.support.broker import free_port

Output = pytest.CaptureFixture[str]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write(tmp_path, 'enabled = true\nlisten = "0.0.0.0"')


def write(folder: Path, web: str) -> Path:
    path = folder / "edgeclassify.toml"
    node = '[node]\nstate_dir = "state"\n[mqtt]\nenabled = false\n'
    path.write_text(f'{node}[web]\n{web}\n[[camera]]\nsource = "synthetic:"\n')
    return path


def web(*arguments: object) -> int:
    return main(["web", *map(str, arguments)])


def access(config: Path) -> AccessFile:
    found = read_access(config.parent / "state/web-access.json")
    assert found is not None
    return found


def test_a_password_is_made_and_shown_once(config: Path, capsys: Output) -> None:
    assert web("password", "--config", config) == ExitStatus.OK
    shown = capsys.readouterr()
    assert re.fullmatch(r"[a-z2-9]{4}(-[a-z2-9]{4}){3}\n", shown.out)
    kept = access(config).password
    assert kept is not None
    assert is_password(shown.out.strip(), kept)
    file = config.parent / "state/web-access.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert shown.out.strip() not in file.read_text()
    assert "systemctl reload" in shown.err
    assert web("password", "--config", config) == ExitStatus.USAGE
    again = capsys.readouterr()
    assert again.out == ""
    assert "there is a password already" in again.err
    assert access(config).password == kept


def test_another_one_takes_its_place_and_tokens_stay(config: Path, capsys: Output) -> None:
    web("password", "--config", config)
    web("token", "ha", "--config", config)
    before = access(config)
    assert web("password", "--new", "--config", config) == ExitStatus.OK
    assert access(config).tokens == before.tokens
    assert access(config).password != before.password


def test_one_of_ones_own(config: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("rather secret words\nmore\n"))
    assert web("password", "--own", "--config", config) == ExitStatus.OK
    kept = access(config).password
    assert kept is not None
    assert is_password("rather secret words", kept)
    assert "rather secret words" not in "".join(capsys.readouterr())


@pytest.mark.parametrize("said", ["", "\n", "1234567\n", "x" * 257])
def test_one_that_is_too_short_or_too_long_is_refused(
    said: str, config: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(said))
    assert web("password", "--own", "--config", config) == ExitStatus.USAGE
    assert "expected a password of 8 to 256 letters" in capsys.readouterr().err
    assert not (config.parent / "state").exists()


@pytest.mark.parametrize(
    ("settings", "is_made"),
    [
        ('enabled = true\nlisten = "0.0.0.0"', True),
        ("enabled = true", False),
        ('listen = "0.0.0.0"', False),
    ],
)
def test_at_the_install_one_is_made_where_it_is_needed(
    settings: str, is_made: bool, tmp_path: Path, capsys: Output
) -> None:
    config = write(tmp_path, settings)
    for first in (True, False):
        assert web("password", "--if-needed", "--config", config) == ExitStatus.OK
        assert bool(capsys.readouterr().out) is (is_made and first)


def test_a_damaged_file_is_one_message_and_is_replaced_on_demand(config: Path, capsys: Output) -> None:
    file = config.parent / "state/web-access.json"
    file.parent.mkdir()
    file.write_text("{")
    for command in (["password"], ["token"], ["token", "ha"]):
        assert web(*command, "--config", config) == ExitStatus.UNAVAILABLE
        assert "web-access.json: expected a file that" in capsys.readouterr().err
    assert web("password", "--new", "--config", config) == ExitStatus.OK


def test_a_place_that_can_not_be_written_to_is_one_message(tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "state").write_text("")
    assert web("password", "--config", write(tmp_path, "")) != ExitStatus.OK
    assert "Traceback" not in capsys.readouterr().err


def test_without_a_place_it_says_what_to_set(tmp_path: Path, capsys: Output) -> None:
    config = write(tmp_path, "")
    config.write_text(config.read_text().replace('state_dir = "state"', "state_dir = false"))
    status = web("password", "--config", config)
    assert status in (ExitStatus.USAGE, ExitStatus.CONFIG)


def test_the_file_of_the_config_is_taken(tmp_path: Path) -> None:
    assert web("password", "--config", write(tmp_path, 'access_file = "who.json"')) == ExitStatus.OK
    assert read_access(tmp_path / "who.json")


def test_tokens_are_made_listed_and_removed(config: Path, capsys: Output) -> None:
    assert web("token", "--config", config) == ExitStatus.OK
    assert capsys.readouterr().out == ""
    assert web("token", "ha", "--config", config) == ExitStatus.OK
    made = capsys.readouterr().out.strip()
    assert access(config).tokens["ha"].digest == token_hash(made)
    assert web("token", "scripts", "--may-change", "--config", config) == ExitStatus.OK
    capsys.readouterr()
    assert web("token", "--config", config) == ExitStatus.OK
    assert capsys.readouterr().out == "ha: may look\nscripts: may look and change\n"
    assert web("token", "ha", "--config", config) == ExitStatus.USAGE
    assert web("token", "ha", "--new", "--config", config) == ExitStatus.OK
    assert access(config).tokens["ha"].digest != token_hash(made)
    assert web("token", "ha", "--remove", "--config", config) == ExitStatus.OK
    assert set(access(config).tokens) == {"scripts"}
    assert web("token", "ha", "--remove", "--config", config) == ExitStatus.USAGE
    assert "found none of: scripts" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["", "x" * 61, "a\nb"])
def test_a_name_has_its_length(name: str, config: Path) -> None:
    assert web("token", name, "--config", config) == ExitStatus.USAGE


def test_options_of_tokens_need_a_name(config: Path, capsys: Output) -> None:
    assert web("token", "--remove", "--config", config) == ExitStatus.USAGE
    assert "Missing argument 'NAME'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("settings", "out", "err"),
    [
        ("enabled = true", "http://127.0.0.1:{port}\n", "This machine alone reaches it"),
        ("", "http://127.0.0.1:{port}\n", "There is no page: set web.enabled = true"),
        ('enabled = true\nlisten = "0.0.0.0"', "http://{host}:{port}\n", "Nobody answers there now"),
    ],
)
def test_the_address_and_what_keeps_people_from_it(
    settings: str, out: str, err: str, tmp_path: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "gatecam")
    port = free_port()
    assert web("address", "--config", write(tmp_path, f"port = {port}\n{settings}")) == ExitStatus.OK
    shown = capsys.readouterr()
    assert shown.out.startswith(out.format(port=port, host="gatecam.local"))
    assert err in shown.err


def test_check_says_what_the_page_lacks(tmp_path: Path, config: Path, capsys: Output) -> None:
    assert main(["check", str(config)]) == ExitStatus.OK
    shown = capsys.readouterr()
    assert "warning: web.listen: expected a password, since others reach 0.0.0.0" in shown.err
    assert " Page: http://" in shown.out
    web("password", "--config", config)
    capsys.readouterr()
    assert main(["check", str(config)]) == ExitStatus.OK
    assert "web." not in capsys.readouterr().err
    (tmp_path / "state/web-access.json").chmod(0o644)
    main(["check", str(config)])
    assert "every user of this machine may read it" in capsys.readouterr().err
    write(tmp_path, 'enabled = true\ntls = { cert = "none.pem", key = "edgeclassify.toml" }')
    main(["check", str(config)])
    assert "none.pem is not on this machine" in capsys.readouterr().err
    write(tmp_path, 'enabled = true\ntls = { cert = "edgeclassify.toml", key = "edgeclassify.toml" }')
    main(["check", str(config)])
    assert "expected PEM" in capsys.readouterr().err
