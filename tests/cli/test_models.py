"""`edgeclassify models …` as a user meets it: output, exit status, one message on stderr."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from edgeclassify.__main__ import main
from edgeclassify.cli import commands
from edgeclassify.demo import demo_photos
from edgeclassify.errors import ExitStatus
from edgeclassify.model.catalog import Catalog, download, places
from tests.model.adding.exports import zipped
from tests.model.embedding.nets import extractor
from tests.model.networks import mobilenet_v1
from tests.model.soundness.nets import quantized_net
from tests.model.soundness.test_check import with_input
from tests.model.tflite_files import ModelDef, OperatorDef, TensorDef, flatten_model, tflite_bytes
from tests.support.taught_models import BLUE, GREEN, teach


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The models' folder; nothing of this machine's own is read or written."""
    monkeypatch.setenv("EDGECLASSIFY_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("EDGECLASSIFY_MODEL_MIRROR", raising=False)
    monkeypatch.setattr(places, "SYSTEM_ENTRIES", tmp_path / "etc")
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path / "models"


@pytest.fixture
def user_entries(tmp_path: Path) -> Path:
    folder = tmp_path / "config/edgeclassify/models.d"
    folder.mkdir(parents=True)
    return folder


def models(*arguments: str) -> int:
    return main(["models", *arguments])


def test_list_shows_every_model_within_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert models("list") == 0
    out = capsys.readouterr().out
    for name in ("builtin", "mobilenet_v2", "mobilenet_v1_0.25_128", "inat_bird"):
        assert name in out
    assert "39.5 %" in out
    assert max(map(len, out.splitlines())) <= 80


def test_accuracies_of_different_tests_do_not_stand_in_one_column(capsys: pytest.CaptureFixture[str]) -> None:
    assert models("list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert "top-1" not in lines[0]
    figures = [line.strip() for line in lines if "top-1" in line]
    assert "top-1 68.3 % on Tiny ImageNet validation set, 200 classes" in figures
    assert "top-1 39.5 % on ImageNet validation set" in figures
    assert all(" on " in line for line in figures)
    assert models("list", "--json") == 0
    rows = {row["name"]: row["measured_on"] for row in json.loads(capsys.readouterr().out)["models"]}
    assert rows["builtin"] == "Tiny ImageNet validation set, 200 classes"
    assert rows["inat_bird"] is None


@pytest.mark.parametrize(
    ("pattern", "indices"),
    [
        (None, [0, 1, 2, 3]),
        ("cat", [0, 1]),
        ("CAT", [0, 1]),
        ("t?b", [1]),
        ("*cat", [0, 1]),
        ("(x)", [3]),
        ("gr\u00fcn", [2]),
    ],
)
def test_labels(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], pattern: str | None, indices: list[int]
) -> None:
    names = ["Persian cat", "tabby, tabby cat", "Gr\u00fcnfink", "finch (x)"]
    path = tmp_path / "net.tflite"
    path.write_bytes(tflite_bytes(flatten_model((1, 2, 2, 1), files={"labels.txt": "\n".join(names).encode()})))
    arguments = [str(path)] if pattern is None else [str(path), pattern]
    assert models("labels", *arguments) == 0
    assert capsys.readouterr().out.splitlines() == [f"{index}  {names[index]}" for index in indices]
    assert models("labels", *arguments, "--json") == 0
    assert json.loads(capsys.readouterr().out) == [{"index": i, "label": names[i]} for i in indices]


def test_labels_of_a_file_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "net.tflite").write_bytes(tflite_bytes(flatten_model()))
    (tmp_path / "mine.csv").write_text("index,label\n" + "".join(f"{i},thing {i}\n" for i in range(12)))
    arguments = ("labels", str(tmp_path / "net.tflite"))
    assert models(*arguments) == ExitStatus.NO_INPUT
    assert models(*arguments, "--labels", str(tmp_path / "mine.csv")) == 0
    assert capsys.readouterr().out.splitlines()[9:11] == [" 9  thing 9", "10  thing 10"]


def test_labels_that_are_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert models("labels", "builtin", "no such thing") == ExitStatus.SOME_FAILED
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "edgeclassify: builtin: none of its 200 labels has 'no such thing' in it\n"


def test_groups_of_a_model(capsys: pytest.CaptureFixture[str]) -> None:
    assert models("groups", "builtin") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["fish  (1)", "  goldfish"]
    assert lines[lines.index("cat  (3)") + 1] == "  tabby cat, Persian cat, Egyptian cat"
    assert lines[-2:] == ["in no group: labels of their own  (2)", "  maypole, spider web"]
    assert models("groups", "builtin", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["preset"], report["model"], len(report["groups"])) == ("everyday", "builtin", 49)
    assert report["groups"][0] == {"group": "fish", "labels": [{"index": 0, "label": "goldfish"}]}
    assert [row["label"] for row in report["none"]] == ["maypole", "spider web"]
    assert report["background"] == []


@pytest.mark.parametrize(
    ("pattern", "groups"), [("cat", ["cat", "big cat"]), ("LEMON", ["food and drink"]), ("f?y", ["insect"])]
)
def test_groups_by_a_word(capsys: pytest.CaptureFixture[str], pattern: str, groups: list[str]) -> None:
    assert models("groups", "builtin", pattern, "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert set(groups) <= {row["group"] for row in report["groups"]}
    assert "none" not in report


def test_groups_that_are_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert models("groups", "builtin", "no such thing") == ExitStatus.SOME_FAILED
    assert capsys.readouterr() == (
        "",
        "edgeclassify: builtin: none of its groups has 'no such thing' in it, or in a label\n",
    )
    path = tmp_path / "net.tflite"
    names = b"background\n" + b"\n".join(b"thing %d" % i for i in range(11))
    path.write_bytes(tflite_bytes(flatten_model(files={"labels.txt": names})))
    assert models("groups", str(path)) == ExitStatus.SOME_FAILED
    assert capsys.readouterr() == (
        "",
        f"edgeclassify: {path}: there are no bundled groups for its 12 labels: write your own into [groups] of "
        "the config\n",
    )


@pytest.mark.data
def test_the_groups_of_a_fetched_model_leave_its_background_out(
    test_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, labels = test_data / "models/mobilenet_v2_1.0_224_quant.tflite", test_data / "models/imagenet_labels.txt"
    assert models("groups", str(file), "--labels", str(labels), "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["background"] == [{"index": 0, "label": "background"}]
    by_name = {row["group"]: [label["index"] for label in row["labels"]] for row in report["groups"]}
    assert (135 in by_name["bird"], 518 in by_name["work machine"]) == (True, True)
    assert sum(map(len, by_name.values())) + len(report["none"]) == 1000


def test_list_says_where_fetched_models_lie(folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders.mkdir()
    (folders / "mobilenet_v2.tflite").write_bytes(bytes(10))
    assert models("list", "--json") == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["models"]}
    assert rows["mobilenet_v2"]["fetched"] is True
    assert rows["mobilenet_v2"]["path"] == str(folders / "mobilenet_v2.tflite")
    assert (rows["inat_bird"]["fetched"], rows["inat_bird"]["path"]) == (False, None)
    assert rows["mobilenet_v1_0.25_128"]["top1"] == 39.5
    assert rows["mobilenet_v1_0.25_128"]["size"] == 525_598


def test_a_wrong_entry_is_reported_and_the_others_are_listed(
    user_entries: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (user_entries / "bad.toml").write_text('descripton = "x"')
    assert models("list") == ExitStatus.CONFIG
    captured = capsys.readouterr()
    assert "mobilenet_v2" in captured.out
    assert 'Did you mean "description"?' in captured.err
    assert models("fetch", "bad") == ExitStatus.CONFIG
    assert models("path", "mobilenet_v2") == ExitStatus.NO_INPUT


def test_path(folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert models("path", "inat_bird") == ExitStatus.NO_INPUT
    assert "Run: edgeclassify models fetch inat_bird" in capsys.readouterr().err
    folders.mkdir()
    (folders / "inat_bird.tflite").touch()
    assert models("path", "inat_bird") == 0
    assert capsys.readouterr().out == f"{folders / 'inat_bird.tflite'}\n"


@pytest.mark.parametrize("command", ["fetch", "verify", "inspect", "labels", "path"])
def test_unknown_names(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert models(command, "mobilenet_v3") == ExitStatus.CONFIG
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert 'Did you mean "mobilenet_v2"?' in err


@pytest.mark.parametrize("command", ["list", "fetch", "verify", "inspect", "labels", "path"])
def test_help_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert models(command, "--help") == 0
    assert f"Example:  edgeclassify models {command}" in capsys.readouterr().out


def test_a_mirror_must_be_a_web_address(capsys: pytest.CaptureFixture[str]) -> None:
    assert models("fetch", "inat_bird", "--mirror", "/mnt/models") == ExitStatus.USAGE
    assert "expected http://… or https://…" in capsys.readouterr().err


def test_the_mirror_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EDGECLASSIFY_MODEL_MIRROR", "/mnt/models")
    assert models("fetch", "inat_bird") == ExitStatus.USAGE


MIRRORS = {
    "nobody there": (
        "http://nas:{secret}@127.0.0.1:9/models",
        ExitStatus.UNAVAILABLE,
        "http://127.0.0.1:9/models",
    ),
    "no such host": ("https://nas:{secret}@models.invalid/m", ExitStatus.UNAVAILABLE, "https://models.invalid/m"),
    "token": ("http://{secret}@127.0.0.1:9/m", ExitStatus.UNAVAILABLE, "http://127.0.0.1:9/m"),
    "in the query": ("http://127.0.0.1:9/m?password={secret}&x=", ExitStatus.UNAVAILABLE, "http://127.0.0.1:9/m"),
    "letters of no Latin": ("http://nas:{secret}€@127.0.0.1:9/m", ExitStatus.UNAVAILABLE, "can't be reached"),
    "not encoded": ("http://nas:{secret}/x@127.0.0.1:9/m", None, ""),
    "not encoded, with #": ("http://nas:#{secret}@127.0.0.1:9/m", None, ""),
    "bad port": ("http://nas:{secret}@127.0.0.1:99999/m", ExitStatus.UNAVAILABLE, "can't be used"),
    "bad bracket": ("http://nas:{secret}@[::1/m", ExitStatus.UNAVAILABLE, "can't be used"),
    "a space": ("http://nas:{secret}@ho st/m", None, ""),
    "a long name": ("http://nas:{secret}@" + "x" * 70 + ".example/m", None, ""),
    "another scheme": ("ftp://nas:{secret}@127.0.0.1/m", ExitStatus.USAGE, "expected http://… or https://…"),
    "no scheme": ("nas:{secret}@127.0.0.1/m", ExitStatus.USAGE, "expected http://… or https://…"),
}


@pytest.mark.parametrize("by", ["option", "variable"])
@pytest.mark.parametrize("kind", MIRRORS)
def test_a_mirrors_password_shows_nowhere(
    kind: str, by: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    mirror, status, words = MIRRORS[kind]
    mirror = mirror.format(secret="s3cret-w0rd")
    monkeypatch.setattr(download, "PAUSE_S", 0.0)
    if by == "variable":
        monkeypatch.setenv("EDGECLASSIFY_MODEL_MIRROR", mirror)
    found = models("fetch", "mobilenet_v2", *([] if by == "variable" else ["--mirror", mirror]))
    said = "".join(capfd.readouterr())
    assert found in ((ExitStatus.UNAVAILABLE, ExitStatus.USAGE) if status is None else (status,))
    assert words in said
    assert "s3cret-w0rd" not in said
    assert "Traceback" not in said


@pytest.mark.parametrize("for_service", [True, False])
def test_fetch_says_when_the_service_can_not_see_the_model(
    for_service: bool,
    tmp_path: Path,
    user_entries: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    model = tflite_bytes(flatten_model())
    (tmp_path / "x.tflite").write_bytes(model)
    digest = hashlib.sha256(model).hexdigest()
    (user_entries / "x.toml").write_text(
        f'description = "x"\nurl = "http://models.invalid/x.tflite"\nsha256 = "{digest}"'
    )
    monkeypatch.delenv("EDGECLASSIFY_MODELS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "own"))
    monkeypatch.setattr(places, "SYSTEM_MODELS", tmp_path / "service")
    places.SYSTEM_MODELS.mkdir()
    monkeypatch.setattr(places, "can_write", lambda folder: for_service or folder != places.SYSTEM_MODELS)
    assert models("fetch", "x", "--from", str(tmp_path / "x.tflite")) == 0
    captured = capsys.readouterr()
    if for_service:
        assert (captured.out, captured.err.strip()) == (f"x: fetched: {tmp_path}/service/x.tflite\n", "")
    else:
        assert captured.out == f"x: fetched: {tmp_path}/own/edgeclassify/models/x.tflite\n"
        assert "the service of this machine can't see it there" in captured.err
        assert "sudo edgeclassify models fetch x" in captured.err


def test_add_takes_what_another_tool_exported(
    tmp_path: Path, folders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = "".join(f"{i} bin {i}\n" for i in range(12)).encode()
    path = zipped(
        tmp_path / "converted_tflite.zip", {"model.tflite": tflite_bytes(flatten_model()), "labels.txt": labels}
    )
    assert models("add", str(path), "--name", "bins") == 0
    captured = capsys.readouterr()
    shown = "bin 0, bin 1, bin 2, bin 3, bin 4, …"
    assert captured.out == f"bins: added, 12 labels ({shown}): {folders}/bins.tflite\n"
    assert captured.err == ""
    assert models("add", str(path), "--name", "bins") == 0
    assert capsys.readouterr().out.startswith("bins: is already here, 12 labels")
    assert models("verify", "bins") == 0
    assert capsys.readouterr().out.splitlines()[1].split()[:2] == ["bins", "ok"]
    assert models("list") == 0
    assert "12 classes: bin 0, bin 1" in capsys.readouterr().out
    with demo_photos() as photos:
        assert main(["classify", "--model", "bins", str(photos / "cat.jpg")]) == 0


def test_add_says_what_is_assumed_and_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {"some.tflite": tflite_bytes(flatten_model(dtype="float32")), "labels.txt": b"a\n" * 12}
    assert models("add", str(zipped(tmp_path / "some.zip", files))) == ExitStatus.OK
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "edgeclassify: some: the model does not say how its float input is normalized" in captured.err
    assert models("add", str(tmp_path / "gone.zip")) == ExitStatus.NO_INPUT
    assert "gone.zip: expected a zip with a model, found nothing there" in capsys.readouterr().err
    assert models("add", str(tmp_path / "some.zip"), "--name", "") == ExitStatus.USAGE


def test_add_says_when_the_service_can_not_see_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("EDGECLASSIFY_MODELS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "own"))
    monkeypatch.setattr(places, "SYSTEM_MODELS", tmp_path / "service")
    places.SYSTEM_MODELS.mkdir()
    monkeypatch.setattr(places, "can_write", lambda folder: folder != places.SYSTEM_MODELS)
    files = {"m.tflite": tflite_bytes(flatten_model()), "labels.txt": b"a\n" * 12}
    assert models("add", str(zipped(tmp_path / "m.zip", files))) == 0
    assert f"For the service: sudo edgeclassify models add {tmp_path}/m.zip" in capsys.readouterr().err


@pytest.mark.data
def test_fetch_verify_inspect_a_real_model(
    test_data: Path, folders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "mobilenet_v1_0.25_128"
    assert models("fetch", name, "--from", str(test_data / "models")) == 0
    assert capsys.readouterr().out == f"{name}: fetched: {folders / name}.tflite\n"
    assert models("fetch", name) == 0
    assert "is already here" in capsys.readouterr().out
    assert models("verify") == 0
    row = next(line for line in capsys.readouterr().out.splitlines() if line.startswith(name))
    assert row.split()[1] == "ok"
    assert row.split()[-2:] == ["1001", "espresso"]
    assert models("inspect", name) == 0
    assert "13.57 M; with standard convolutions 100.23 M: 7.4 times fewer" in capsys.readouterr().out


@pytest.mark.data
def test_verify_finds_a_tampered_model(test_data: Path, folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert models("fetch", "mobilenet_v1_0.25_128", "--from", str(test_data / "models")) == 0
    path = folders / "mobilenet_v1_0.25_128.tflite"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    capsys.readouterr()
    assert models("verify", "mobilenet_v1_0.25_128", "--json") == ExitStatus.DATA
    captured = capsys.readouterr()
    assert "cb273c23ee76374b05b9583177e28aa19744858a7679c56a250e83d0333da785" in captured.err
    record = json.loads(captured.out)[0]
    assert (record["ok"], record["checksum"]) == (False, None)


@pytest.mark.data
def test_verify_finds_a_golden_example_that_fails(
    test_data: Path, folders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert models("fetch", "mobilenet_v1_0.25_128", "--from", str(test_data / "models")) == 0
    photo = next(path for path in sorted((test_data / "images").glob("*.jpg")))
    shutil.copy(photo, folders / "mobilenet_v1_0.25_128.golden.jpg")
    assert models("verify") == ExitStatus.DATA
    captured = capsys.readouterr()
    assert "failed" in captured.out
    assert "must be 'espresso'" in captured.err


def test_verify_without_any_model(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["models", "verify"], standalone_mode=False, obj=Catalog({}, {})) == 0
    assert "No model is here yet" in capsys.readouterr().out


def test_verify_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert models("verify", str(tmp_path / "gone.tflite")) == ExitStatus.NO_INPUT
    (tmp_path / "net.tflite").write_bytes(tflite_bytes(flatten_model(files={"about.txt": b"a\nb\n"})))
    assert models("verify", str(tmp_path / "net.tflite")) == ExitStatus.NO_INPUT
    assert "expected labels" in capsys.readouterr().err


def test_verify_shows_a_wrong_sidecar_as_that(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "net.tflite").write_bytes(tflite_bytes(flatten_model(files={"labels.txt": b"a\nb\n"})))
    (tmp_path / "net.toml").write_text("crop = 7\n")
    assert models("verify", str(tmp_path / "net.tflite")) == ExitStatus.DATA
    captured = capsys.readouterr()
    assert captured.out.splitlines()[1].split()[1:] == ["sidecar", "failed"]
    assert "crop" in captured.err
    assert models("verify", str(tmp_path / "net.tflite"), "--json") == ExitStatus.DATA
    assert json.loads(capsys.readouterr().out)[0]["failed"] == "sidecar"


def test_paths_of_the_package_are_shown_resolved(capsys: pytest.CaptureFixture[str]) -> None:
    assert models("verify", "--json") == 0
    (record,) = json.loads(capsys.readouterr().out)
    assert record["name"] == "builtin"
    assert record["path"] == str(Path(record["path"]).resolve())


def test_inspect_prints_totals_within_80_columns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "net.tflite"
    path.write_bytes(tflite_bytes(mobilenet_v1(1.0, 224)))
    assert models("inspect", str(path)) == 0
    out = capsys.readouterr().out
    assert "568.74 M; with standard convolutions 4,867.29 M: 8.6 times fewer" in out
    tables = out[: out.index("multiply-adds  568")]
    assert max(map(len, tables.splitlines())) <= 80


def test_inspect_prints_whole_figures_on_a_narrow_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "net.tflite"
    path.write_bytes(tflite_bytes(mobilenet_v1(1.0, 224)))
    assert models("inspect", str(path)) == 0
    figures = re.findall(r"[\dx,]{3,}", capsys.readouterr().out)
    monkeypatch.setenv("COLUMNS", "30")
    assert models("inspect", str(path)) == 0
    out = capsys.readouterr().out
    assert "…" not in out
    assert "1x112x112x32" in out
    assert "DEPTHWISE_CONV_2D" in out
    assert re.findall(r"[\dx,]{3,}", out) == figures


@pytest.mark.parametrize("command", ["inspect", "verify"])
def test_a_home_of_nobody(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert models(command, "~nosuchuser/x.tflite") == ExitStatus.NO_INPUT
    expected = "~nosuchuser/x.tflite: expected a path whose ~ is the home folder of a user"
    assert expected in capsys.readouterr().err


def test_inspect_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "net.tflite"
    path.write_bytes(tflite_bytes(mobilenet_v1(0.5, 160)))
    assert models("inspect", str(path), "--json") == 0
    record = json.loads(capsys.readouterr().out)
    assert record["multiply_adds"] == 76_525_312
    assert record["parameters"] == 1_326_633
    assert record["standard_multiply_adds"] == 622_592_512
    assert len(record["layers"]) == 29


def test_inspect_shows_temperature_and_background(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "net.tflite"
    path.write_bytes(tflite_bytes(flatten_model()))
    assert models("inspect", str(path)) == 0
    assert re.search(r"^temperature +1\nbackground +not known$", capsys.readouterr().out, re.MULTILINE)
    labels = tmp_path / "labels.txt"
    labels.write_text("\n".join(["nothing", *(f"label {i}" for i in range(1, 12))]), "utf-8")
    (tmp_path / "net.toml").write_text('labels = "labels.txt"\ntemperature = 0.85\nbackground = []', "utf-8")
    assert models("inspect", str(path)) == 0
    assert re.search(r"^temperature +0.85\nbackground +none of its", capsys.readouterr().out, re.MULTILINE)
    (tmp_path / "net.toml").write_text('labels = "labels.txt"\nbackground = ["label 3", "nothing"]', "utf-8")
    assert models("inspect", str(path)) == 0
    assert re.search(r"^temperature +1\nbackground +nothing, label 3$", capsys.readouterr().out, re.MULTILINE)
    assert models("inspect", str(path), "--json") == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["temperature"], record["background"]) == (1.0, ["nothing", "label 3"])


def test_inspect_says_what_is_wrong_with_a_sidecar(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "net.tflite"
    path.write_bytes(tflite_bytes(quantized_net()))
    (tmp_path / "net.toml").write_text("temperature = -1", "utf-8")
    assert models("inspect", str(path), "--json") == 0
    output = capsys.readouterr()
    assert output.err.startswith(
        f"edgeclassify: this model is not used: {tmp_path / 'net.toml'}: 1 fault\n  temperature"
    )
    record = json.loads(output.out)
    assert (record["temperature"], record["background"]) == (None, None)


def test_inspect_shows_what_it_can_not_count(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "[red]net.tflite"
    tensors = [TensorDef("[bold]a", [1, 4]), TensorDef("b", [1, 4], scale=0.5, zero_point=3)]
    path.write_bytes(tflite_bytes(ModelDef(tensors, [OperatorDef("", [0], [1], custom="edgetpu[/]")], [0], [1])))
    assert models("inspect", str(path)) == 0
    out = capsys.readouterr().out
    assert "edgetpu[/]" in out
    assert "not counted" in out
    assert "[bold]a: uint8 1x4, not quantized" in out
    assert "b: uint8 1x4, quantized per tensor: 0.5 x (value - 3)" in out
    assert "[red]net.tflite" in out


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_inspect_says_what_no_runtime_is_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: list[str]
) -> None:
    path = tmp_path / "net.tflite"
    path.write_bytes(tflite_bytes(quantized_net()))
    assert models("inspect", str(path), *form) == 0
    output = capsys.readouterr()
    assert output.err == ""
    path.write_bytes(tflite_bytes(with_input(quantized_net(), "CONV_2D", 1, -1)))
    assert models("inspect", str(path), *form) == 0
    output = capsys.readouterr()
    assert "AVERAGE_POOL_2D" in output.out
    assert output.err.startswith(f"edgeclassify: this model is not used: {path}: expected a .tflite file without")


def test_inspect_refuses_what_is_no_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "labels.tflite").write_text("cat\ndog\n" * 10)
    assert models("inspect", str(tmp_path / "labels.tflite")) == ExitStatus.DATA
    err = capsys.readouterr().err
    assert "found text" in err
    assert err.count("\n") == 1


def test_as_a_process_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "net.tflite"
    path.write_bytes(tflite_bytes(mobilenet_v1(0.25, 128))[:5000])
    run = subprocess.run(
        [sys.executable, "-m", "edgeclassify", "models", "inspect", str(path)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONDEVMODE": "1"},
    )
    assert run.returncode == ExitStatus.DATA
    assert run.stdout == ""
    assert run.stderr.startswith(f"edgeclassify: {path}: expected a whole .tflite file, found a damaged one")
    assert run.stderr.count("\n") == 1


# Models that were taught here


def test_list_shows_what_was_taught(capsys: pytest.CaptureFixture[str]) -> None:
    teach("gate")
    teach("bin", {"in": GREEN, "out": BLUE}, fitted=False)
    assert models("list") == 0
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert max(map(len, lines)) <= 80
    at = next(i for i, line in enumerate(lines) if line.startswith("taught here"))
    assert lines[at + 1].split() == ["bin", "12", "not", "yet", "builtin"]
    assert lines[at + 2] == "  in, out"
    assert lines[at + 3].split()[:2] == ["gate", "12"]
    assert models("list", "--json") == 0
    first, second = json.loads(capsys.readouterr().out)["taught"]
    assert (first["name"], first["fitted"], first["accuracy"]) == ("bin", False, None)
    assert (second["labels"], second["base"], second["examples"]) == (["open", "closed"], "builtin", 12)
    assert second["fitted"] is second["up_to_date"] is True
    assert 0 <= second["accuracy"] <= 1


def test_nothing_was_taught(capsys: pytest.CaptureFixture[str]) -> None:
    assert models("list") == 0
    assert "taught here" not in capsys.readouterr().out
    assert models("list", "--json") == 0
    assert json.loads(capsys.readouterr().out)["taught"] == []


def test_a_damaged_one_hides_no_other(folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    teach("gate")
    broken = folders / "taught/bin"
    broken.mkdir(parents=True)
    (broken / "manifest.json").write_text("{")
    assert models("list") == ExitStatus.DATA
    out, err = capsys.readouterr()
    assert "gate" in out
    assert err.count("\n") == 1
    assert "bin/manifest.json" in err


def test_a_taught_model_by_its_name(folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    teach("gate")
    assert models("path", "gate") == 0
    assert capsys.readouterr().out == f"{folders / 'taught/gate'}\n"
    assert models("labels", "gate") == 0
    assert capsys.readouterr().out == "0  open\n1  closed\n"
    assert models("inspect", "gate", "--json") == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["embedding"]["name"] == "mean"
    assert "taught here; this is the network of its base, mobilenet_v2_64" in err
    assert models("verify", "gate", "--json") == 0
    (result,) = json.loads(capsys.readouterr().out)
    assert (result["name"], result["ok"], result["checksum"], result["labels"]) == ("gate", True, "ok", 2)


def test_a_head_that_was_changed_is_found(folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    teach("gate")
    (head,) = (folders / "taught/gate/heads").iterdir()
    head.write_bytes(head.read_bytes()[:-1])
    assert models("verify", "--json") == ExitStatus.DATA
    results = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert (results["gate"]["ok"], results["gate"]["failed"]) == (False, "checksum")
    assert results["builtin"]["ok"]


def test_a_base_without_classes(folders: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "net.tflite"
    path.write_bytes(tflite_bytes(extractor()[0]))
    assert models("verify", str(path)) == 0
    assert capsys.readouterr().out.count("ok") == 0  # no checksum is known
    assert models("labels", str(path)) == ExitStatus.NO_INPUT
    assert "expected a model with classes" in capsys.readouterr().err
    assert models("inspect", str(path)) == 0
    assert "embedding" in capsys.readouterr().out
