"""`edgeclassify classify` with a real model: tables, JSON lines, bad pictures, exit statuses."""

import contextlib
import functools
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np
import pytest

from edgeclassify.__main__ import main
from edgeclassify.cli import classify
from edgeclassify.demo import demo_photos
from edgeclassify.errors import ExitStatus
from tests.model.tflite_files import flatten_model, tflite_bytes
from tests.support.delegates import delegate
from tests.support.waiting import patient


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    with demo_photos() as folder:
        for name in ("cat.jpg", "espresso.jpg"):
            shutil.copy(folder / name, tmp_path)
    return tmp_path


def json_lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_cat_is_a_cat_and_an_espresso_an_espresso(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["classify", str(photos)]) == ExitStatus.OK
    out = capsys.readouterr().out
    cat, espresso = out.split(str(photos / "espresso.jpg"))
    assert "cat" in cat.splitlines()[1].lower() or "tabby" in cat.splitlines()[1]
    assert "espresso" in espresso.splitlines()[1]


def test_the_line_of_a_picture_names_model_and_runtime(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["classify", str(photos / "cat.jpg")]) == ExitStatus.OK
    first = capsys.readouterr().out.splitlines()[0]
    assert re.fullmatch(r".*cat\.jpg  \(\d+\.\d ms, builtin, (LiteRT|tflite-runtime) \d+\.\d+\.\d+\)", first)


def test_json_has_one_object_per_picture(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["classify", "--json", "--top", "2", str(photos / "espresso.jpg"), str(photos / "cat.jpg")]) == 0
    first, second = json_lines(capsys.readouterr().out)
    assert first["path"] == str(photos / "espresso.jpg")
    assert second["path"] == str(photos / "cat.jpg")
    assert set(first) == {"path", "model", "ms", "top"}
    assert isinstance(first["top"], list)
    assert len(first["top"]) == 2
    assert set(first["top"][0]) == {"index", "label", "score"}
    assert first["top"][0]["label"] == "espresso"
    assert 0.3 < first["top"][0]["score"] <= 1


def test_labels_added_up_to_groups(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["classify", "--json", "--groups", "everyday", "--top", "60", str(photos / "cat.jpg")]) == 0
    grouped = json.loads(capsys.readouterr().out)["top"]
    assert main(["classify", "--json", "--top", "200", str(photos / "cat.jpg")]) == 0
    single = {row["label"]: row for row in json.loads(capsys.readouterr().out)["top"]}
    assert (grouped[0]["label"], grouped[0]["index"]) == ("cat", None)
    cats = sum(single[name]["score"] for name in ("tabby cat", "Persian cat", "Egyptian cat"))
    assert grouped[0]["score"] == pytest.approx(cats, abs=2e-4)
    web = next(row for row in grouped if row["label"] == "spider web")
    assert web == single["spider web"]


def test_groups_that_a_model_does_not_have(
    photos: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    labels = "\n".join(f"thing {i}" for i in range(12)).encode()
    (tmp_path / "net.tflite").write_bytes(tflite_bytes(flatten_model(files={"labels.txt": labels})))
    model = ("--model", str(tmp_path / "net.tflite"))
    assert main(["classify", "--groups", "everyday", *model, str(photos / "cat.jpg")]) == ExitStatus.USAGE
    message = capsys.readouterr().err
    assert "--groups: expected a model of which the groups are known" in message
    assert message.endswith("found net\n")


def test_a_folder_stands_for_all_below_it(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (photos / "2026" / "11").mkdir(parents=True)
    (photos / ".hidden").mkdir()
    for place in ("2026/11/10.jpg", "2026/11/9.jpg", ".hidden/x.jpg"):
        shutil.copy(photos / "cat.jpg", photos / place)
    (photos / "2026" / "round").symlink_to(photos)
    assert main(["classify", "--json", str(photos)]) == ExitStatus.OK
    names = [str(Path(str(record["path"])).relative_to(photos)) for record in json_lines(capsys.readouterr().out)]
    assert names == ["2026/11/9.jpg", "2026/11/10.jpg", "cat.jpg", "espresso.jpg"]


def test_a_picture_on_standard_input(photos: Path) -> None:
    command = [sys.executable, "-m", "edgeclassify", "classify", "--json", "-", str(photos / "cat.jpg"), "-"]
    with (photos / "espresso.jpg").open("rb") as picture:
        done = subprocess.run(command, stdin=picture, capture_output=True, text=True, check=False)
    espresso, cat, nothing = json_lines(done.stdout)
    assert (espresso["path"], espresso["top"][0]["label"]) == ("-", "espresso")  # type: ignore[index]
    assert cat["path"] == str(photos / "cat.jpg")
    assert str(nothing["error"]).startswith("-: expected an image, found an empty file (0 bytes)")
    assert done.returncode == ExitStatus.SOME_FAILED


def test_nobody_waits_for_a_person_to_type_a_picture() -> None:
    terminal, end = pty.openpty()
    command = [sys.executable, "-m", "edgeclassify", "classify", "-"]
    done = subprocess.run(command, stdin=end, capture_output=True, text=True, check=False, timeout=patient(60))
    os.close(end)
    os.close(terminal)
    assert done.returncode == ExitStatus.USAGE
    assert "expected a picture on standard input, found none" in done.stderr


def test_labels_of_no_score_are_not_listed(
    photos: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["classify", "--top", "200", str(photos)]) == ExitStatus.OK
    assert " 0.0%" not in capsys.readouterr().out
    assert main(["classify", "--top", "200", "--json", str(photos / "cat.jpg")]) == ExitStatus.OK
    (record,) = json_lines(capsys.readouterr().out)
    assert len(record["top"]) == 200  # type: ignore[arg-type]
    monkeypatch.setattr(classify, "LEAST_SHOWN", 1.1)
    assert main(["classify", str(photos / "cat.jpg")]) == ExitStatus.OK
    assert len(capsys.readouterr().out.splitlines()) == 2  # the best one, whatever its score


def test_one_bad_picture_does_not_stop_the_others(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (photos / "broken.jpg").write_text("not a picture")
    assert main(["classify", "--json", str(photos)]) == ExitStatus.SOME_FAILED
    records = json_lines(capsys.readouterr().out)
    assert ["error" in record for record in records] == [True, False, False]
    assert str(photos / "broken.jpg") in str(records[0]["error"])


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("none.jpg", None, ExitStatus.NO_INPUT),
        ("empty.jpg", b"", ExitStatus.DATA),
        ("text.jpg", b"hello\n", ExitStatus.DATA),
    ],
)
def test_nothing_but_bad_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes | None, status: ExitStatus
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert main(["classify", str(tmp_path / name)]) == status
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert str(tmp_path / name) in captured.err


def test_one_pixel_is_a_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cv2.imwrite(str(tmp_path / "dot.png"), np.zeros((1, 1, 3), np.uint8))
    assert main(["classify", "--json", str(tmp_path / "dot.png")]) == ExitStatus.OK
    assert "top" in json_lines(capsys.readouterr().out)[0]


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["classify"], ExitStatus.USAGE, "Missing argument"),
        (["classify", ""], ExitStatus.USAGE, "expected a file, a folder or a URL, found an empty word"),
        (["classify", "ftp://h/x.jpg"], ExitStatus.NO_INPUT, "a URL of http or https, found another kind"),
        (["classify", "--top", "0", "x.jpg"], ExitStatus.USAGE, "--top"),
        (["classify", "--runtime", "onnx", "x.jpg"], ExitStatus.USAGE, "tflite-runtime"),
        (
            ["classify", "--model", "", "x.jpg"],
            ExitStatus.USAGE,
            "'--model' / '-m': expected NAME|FILE, found nothing",
        ),
        (["classify", "--labels", " ", "x.jpg"], ExitStatus.USAGE, "'--labels': expected FILE, found nothing"),
        (["demo", "--source", ""], ExitStatus.USAGE, "'--source': expected SOURCE, found nothing"),
        (["classify", "--model", "mobilnet_v2", "x.jpg"], ExitStatus.CONFIG, "mobilenet_v2"),
        (["classify", "--model", "./none.tflite", "x.jpg"], ExitStatus.NO_INPUT, "none.tflite"),
        (["classify", "--model", "~nosuchuser/x.tflite", "x.jpg"], ExitStatus.USAGE, "--model: expected a path"),
        (["classify", "--model", "a\nb", "x.jpg"], ExitStatus.USAGE, "--model: expected text without control"),
        (["classify", "--labels", "a\tb", "x.jpg"], ExitStatus.USAGE, "--labels: expected text without control"),
        (["clasify", "x.jpg"], ExitStatus.USAGE, 'Did you mean "classify"?'),
        (["run", "--config", "/none.toml"], ExitStatus.CONFIG, "/none.toml"),
    ],
)
def test_bad_command_lines(
    capsys: pytest.CaptureFixture[str], arguments: list[str], status: ExitStatus, words: str
) -> None:
    assert main(arguments) == status
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("command", ["run", "demo", "classify", "check", "models"])
def test_every_help_shows_an_example(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert main([command, "--help"]) == ExitStatus.OK
    assert f"edgeclassify {command}" in capsys.readouterr().out.partition("Example")[2]


def test_help_loads_no_heavy_module() -> None:
    script = (
        "import sys; from edgeclassify.__main__ import main; main(['--help']); "
        "sys.exit(any(name in sys.modules for name in ('numpy', 'cv2', 'pydantic', 'paho')))"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, check=False).returncode == 0


def test_output_to_a_closed_pipe_is_no_traceback(photos: Path) -> None:
    command = f"{sys.executable} -m edgeclassify classify {photos} | true"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr


@pytest.fixture
def web(photos: Path) -> Iterator[str]:
    """The photos on a web server of this machine; the base URL without its scheme."""
    handler = functools.partial(QuietHandler, directory=str(photos))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        pass


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_secrets_of_a_url_are_not_shown(web: str, capsys: pytest.CaptureFixture[str], options: list[str]) -> None:
    good, bad = (f"http://me:pass@{web}/{name}?token=hidden" for name in ("cat.jpg", "none.jpg"))
    assert main(["classify", *options, good, bad]) == ExitStatus.SOME_FAILED
    captured = capsys.readouterr()
    for secret in ("me:pass", "hidden"):
        assert secret not in captured.out + captured.err
    assert f"http://{web}/cat.jpg?…" in captured.out.replace("\\u2026", "…")


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_names_that_are_no_utf_8(photos: Path, locale: str) -> None:
    odd = os.fsencode(photos) + b"/caf\xe9.jpg"
    shutil.copy(os.fsencode(photos / "cat.jpg"), odd)
    strict = {"LC_ALL": locale, "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONIOENCODING"} | strict

    def run(*options: str) -> subprocess.CompletedProcess[bytes]:
        command: list[str | bytes] = [sys.executable, "-m", "edgeclassify", "classify", *options, odd]
        return subprocess.run(command, capture_output=True, check=False, env=environment)

    as_json, table = run("--json"), run()
    assert (as_json.returncode, as_json.stderr) == (0, b"")
    path = json.loads(as_json.stdout)["path"]
    assert path.encode("utf-8", "surrogateescape") == odd
    assert (table.returncode, table.stderr) == (0, b"")
    assert b"caf\\udce9.jpg" in table.stdout


def on_a_terminal(folder: Path, *, stdout: int | None) -> tuple[str, bytes]:
    """What a terminal shows of classifying the folder; with `stdout` None it shows the rows too."""
    terminal, end = pty.openpty()
    try:
        command = [sys.executable, "-m", "edgeclassify", "classify", "--top", "1", str(folder)]
        environment = os.environ | {"TERM": "xterm"}
        process = subprocess.Popen(command, stdout=stdout or end, stderr=end, env=environment)
        os.close(end)
        rows = process.communicate()[0] or b""
        shown = b""
        with contextlib.suppress(OSError):  # EIO: the other end is closed
            while chunk := os.read(terminal, 65536):
                shown += chunk
    finally:
        os.close(terminal)
    return shown.decode(), rows


def test_the_progress_bar_keeps_away_from_the_rows(photos: Path) -> None:
    shown, _ = on_a_terminal(photos, stdout=None)
    assert "cat.jpg" in shown
    assert "classifying" not in shown
    assert "\x1b" not in shown


def test_a_progress_bar_where_the_rows_go_elsewhere(photos: Path) -> None:
    shown, rows = on_a_terminal(photos, stdout=subprocess.PIPE)
    assert "classifying" in shown
    assert b"cat.jpg" in rows


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--delegate", ""], "--delegate"),
        (["--delegate", "lib.so", "--delegate-option", "device"], "--delegate-option: expected KEY=VALUE"),
        (["--delegate", "lib.so", "--delegate-option", "=usb"], "--delegate-option: expected KEY=VALUE"),
        (["--delegate", "lib.so", "--delegate-option", "a b=usb"], "--delegate-option"),
        (["--delegate", "lib\n.so"], "--delegate"),
    ],
)
def test_a_delegate_that_can_not_be_meant(
    options: list[str], said: str, capsys: pytest.CaptureFixture[str], photos: Path
) -> None:
    assert main(["classify", *options, str(photos)]) == ExitStatus.USAGE
    printed = capsys.readouterr().err
    assert said in printed
    assert "Traceback" not in printed


def test_a_delegate_that_is_not_there(capsys: pytest.CaptureFixture[str], tmp_path: Path, photos: Path) -> None:
    for library in ("./gone/lib.so", str(tmp_path / "lib.so")):
        assert main(["classify", "--delegate", library, str(photos / "espresso.jpg")]) == ExitStatus.UNAVAILABLE
        printed = capsys.readouterr().err
        assert f"{Path(library).absolute()}: expected the shared library of a delegate" in printed


def test_a_delegate_runs_what_it_can(capsys: pytest.CaptureFixture[str], tmp_path: Path, photos: Path) -> None:
    library = delegate("copying", tmp_path)
    options = ["--delegate", str(library), "--delegate-option", "device=usb", "--threads", "1"]
    assert main(["classify", "--json", *options, str(photos / "espresso.jpg")]) == ExitStatus.OK
    assert json.loads(capsys.readouterr().out)["top"][0]["label"] == "espresso"
