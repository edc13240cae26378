"""Configs of several files: what holds, where it comes from, and what is refused with the file's name."""

import os
from pathlib import Path

import pytest

from edgeclassify.config import Config, load_config
from edgeclassify.config.layers import layered as module
from edgeclassify.config.layers.layered import Layered, layered
from edgeclassify.config.layers.shown import shown_config
from edgeclassify.config.layers.update_layer import UpdateChoice
from edgeclassify.config.reading import config_bytes, config_text, parsed
from edgeclassify.errors import ConfigError
from edgeclassify.files import read_plain_file
from edgeclassify.redaction import HIDDEN

MAIN = """include = ["common.toml"]
[node]
name = "porch"
state_dir = "state"
[[camera]]
name = "front"
source = "synthetic:"
"""


def write(folder: Path, text: str = MAIN, **others: str) -> Path:
    for name, other in others.items():
        (folder / f"{name}.toml").write_text(other)
    path = folder / "main.toml"
    path.write_text(text)
    return path


def whole(path: Path) -> Layered:
    return layered(parsed(config_text(config_bytes(path), path), path), path)


def refused(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    return str(caught.value)


def test_what_includes_wins_key_by_key(tmp_path: Path) -> None:
    common = '[mqtt]\nhost = "broker"\nport = 8883\n[node]\nname = "common"\nresume_s = 7.0\n'
    config = load_config(write(tmp_path, MAIN + "[mqtt]\nport = 1884\n", common=common))
    assert (config.mqtt.host, config.mqtt.port) == ("broker", 1884)
    assert (config.node.name, config.node.resume_s) == ("porch", 7.0)
    assert config.files == (tmp_path / "common.toml", tmp_path / "main.toml")


def test_a_later_file_wins_over_an_earlier_one_and_both_lose_to_who_includes(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        MAIN.replace('["common.toml"]', '["a.toml", "b.toml"]') + "[spool]\nmemory_events = 3\n",
        a="[spool]\nmemory_events = 1\nmax_age_s = 1.0\nmax_bytes = 100000\n",
        b='include = ["c.toml"]\n[spool]\nmemory_events = 2\nmax_age_s = 2.0\n',
        c="[spool]\nmax_age_s = 3.0\nmax_bytes = 300000\n",
    )
    spool = load_config(path).spool
    assert (spool.memory_events, spool.max_age_s, spool.max_bytes) == (3, 2.0, 300000)


def test_views_and_cameras_of_one_name_are_one_and_others_are_added(tmp_path: Path) -> None:
    common = '[[camera]]\nname = "back"\nsource = "synthetic:"\n[[camera]]\nname = "front"\nrotation = 180\n' + (
        '[[view]]\nname = "gate"\ncamera = "back"\nlabels = ["a", "b"]\nthreshold_enter = 0.7\n'
    )
    views = '[[view]]\nname = "gate"\ncamera = "front"\nlabels = ["c"]\n[[view]]\nname = "door"\ncamera = "back"\n'
    config = load_config(write(tmp_path, MAIN + views, common=common))
    assert [(one.name, one.source, one.rotation) for one in config.camera] == [
        ("back", "synthetic:", 0),
        ("front", "synthetic:", 180),
    ]
    gate, door = config.view
    assert (gate.name, gate.camera, gate.labels, gate.threshold_enter) == ("gate", "front", ("c",), 0.7)
    assert door.name == "door"


def test_a_camera_without_a_name_is_that_of_the_usual_name(tmp_path: Path) -> None:
    text = 'include = ["common.toml"]\n[[camera]]\nsource = "synthetic:"\n'
    config = load_config(write(tmp_path, text, common='[[camera]]\nname = "camera"\nrotation = 180\n'))
    assert [(one.name, one.rotation) for one in config.camera] == [("camera", 180)]


def test_views_without_a_name_are_each_one_of_their_own(tmp_path: Path) -> None:
    text = refused(write(tmp_path, MAIN + "[[view]]\ntop = 2\n", common="[[view]]\ntop = 1\n"))
    assert "view[0].name (in" in text or "view[0].name:" in text
    assert "view[1].name" in text


def test_two_of_one_name_in_a_file_are_a_fault_though_an_included_one_has_it_too(tmp_path: Path) -> None:
    two = '[[view]]\nname = "gate"\ncamera = "front"\n[[view]]\nname = "gate"\ncamera = "front"\ntop = 2\n'
    alone = refused(write(tmp_path, MAIN + two, common=""))
    assert "gate" in alone
    both = refused(write(tmp_path, MAIN + two, common='[[view]]\nname = "gate"\ntop = 3\n'))
    assert "view[1].name" in alone
    assert "view[1].name" in both
    included = refused(write(tmp_path, MAIN + '[[view]]\nname = "gate"\ntop = 3\n', common=two))
    assert "view[1].name" in included


def test_a_models_name_alone_goes_with_a_table_of_the_rest(tmp_path: Path) -> None:
    path = write(tmp_path, MAIN.replace("[node]", 'model = "builtin"\n[node]', 1), common="[model]\nthreads = 2\n")
    model = load_config(path).model
    assert (model.name, model.threads) == ("builtin", 2)


def test_a_fault_names_the_file_that_says_the_key(tmp_path: Path) -> None:
    path = write(tmp_path, MAIN + "[spool]\nmemory_events = 0\n", common='[mqtt]\nport = 0\nhots = "a"\n')
    text = refused(path)
    assert text.startswith(f"{path}: 3 faults")
    common = tmp_path / "common.toml"
    assert f"mqtt.port (in {common}): expected" in text
    assert f"mqtt.hots (in {common}): expected" in text
    assert "spool.memory_events: expected" in text


def test_a_circle_is_named_with_its_way(tmp_path: Path) -> None:
    text = refused(write(tmp_path, common='include = ["b.toml"]\n', b='include = ["common.toml"]\n'))
    common, b = tmp_path / "common.toml", tmp_path / "b.toml"
    assert text.startswith(f"{b}: include: ")
    assert f"{common} → {b} → {common}" in text
    assert "each other" in refused(write(tmp_path, common='include = ["main.toml"]\n'))


def test_one_file_may_be_included_by_two(tmp_path: Path) -> None:
    path = write(
        tmp_path, MAIN.replace('["common.toml"]', '["a.toml", "b.toml"]'),
        a='include = ["c.toml"]\n', b='include = ["c.toml"]\n', c='[mqtt]\nhost = "c"\n',
    )  # fmt: skip
    assert load_config(path).mqtt.host == "c"


def test_a_missing_file_is_named_with_who_includes_it(tmp_path: Path) -> None:
    text = refused(write(tmp_path))
    assert text.startswith(f"{tmp_path / 'main.toml'}: include: expected the file {tmp_path / 'common.toml'}")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("x" * 300 + ".toml", "File name too long"),
        ("\\u0000.toml", "without control characters"),
        ("loop.toml", "ymbolic link"),  # Python 3.11 says "Symlink loop"
        ("main.toml/x.toml", "Not a directory"),
        ("sub", "found a folder"),
    ],
)
def test_what_can_t_be_included_is_said_with_who_includes_it(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "loop.toml").symlink_to("loop.toml")
    (tmp_path / "sub").mkdir()
    text = refused(write(tmp_path, MAIN.replace("common.toml", name)))
    assert text.startswith(f"{tmp_path / 'main.toml'}: include: ")
    assert reason.lower() in text.lower().replace("symlink", "symbolic link")


def test_a_folder_that_may_not_be_entered_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "common.toml").touch()
    path = write(tmp_path)
    stat = Path.stat

    def denied(file: Path, most: int) -> bytes:
        if file.name == "common.toml":
            raise PermissionError(13, "Permission denied")
        return read_plain_file(file, most)

    def also_denied(file: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if file.name == "common.toml":
            raise PermissionError(13, "Permission denied")
        return stat(file, follow_symlinks=follow_symlinks)

    monkeypatch.setattr("edgeclassify.config.reading.read_plain_file", denied)
    monkeypatch.setattr(Path, "stat", also_denied)
    text = refused(path)
    assert text.startswith(f"{path}: include: {tmp_path / 'common.toml'}: expected a readable file: Permission")


@pytest.mark.parametrize("key", ["include", "updates", "node.name", "node.state_dir"])
def test_an_update_on_the_disk_says_nothing_that_a_node_says_itself(tmp_path: Path, key: str) -> None:
    value = '["x"]' if key == "include" else '"x"'
    path, choice = with_update(tmp_path, f"{key}{'.url' if key == 'updates' else ''} = {value}\n")
    with pytest.raises(ConfigError) as caught:
        load_config(path, choice)
    assert str(caught.value).startswith(f"{tmp_path / 'u' / 'config.toml'}: {key}: expected no such key")


def test_what_is_no_toml_is_named(tmp_path: Path) -> None:
    assert refused(write(tmp_path, common="a = b")).startswith(f"{tmp_path / 'common.toml'}: not valid TOML")


@pytest.mark.parametrize("value", ['"common.toml"', "[1]", '[""]', "{}"])
def test_include_is_a_list_of_files(tmp_path: Path, value: str) -> None:
    assert "include: expected a list of files" in refused(write(tmp_path, MAIN.replace('["common.toml"]', value)))


def test_depth_number_and_size_have_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chain = {f"f{i}": f'include = ["f{i + 1}.toml"]\n' for i in range(module.MOST_DEEP)}
    last = f"f{module.MOST_DEEP - 1}"
    path = write(tmp_path, MAIN.replace("common", "f0"), **{**chain, last: ""})
    load_config(path)
    write(tmp_path, MAIN.replace("common", "f0"), **chain, **{f"f{module.MOST_DEEP}": ""})
    assert f"at most {module.MOST_DEEP} deep" in refused(path)
    names = [f"n{i}" for i in range(3)]
    listed = ", ".join(f'"{name}.toml"' for name in names)
    path = write(tmp_path, MAIN.replace('"common.toml"', listed), **dict.fromkeys(names, "# 16 characters\n"))
    monkeypatch.setattr(module, "MOST_FILES", 3)
    load_config(path)
    monkeypatch.setattr(module, "MOST_FILES", 2)
    assert "at most 2 files" in refused(path)
    monkeypatch.setattr(module, "MOST_FILES", 3)
    monkeypatch.setattr(module, "MAX_BYTES", 48)
    load_config(path)
    monkeypatch.setattr(module, "MAX_BYTES", 47)
    assert refused(path).startswith(f"{tmp_path / 'n2.toml'}: expected included files of at most 47 bytes")


def test_variables_stand_within_strings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE", "north")
    monkeypatch.delenv("HOSTNAME", raising=False)
    monkeypatch.setattr("socket.gethostname", lambda: "pi7")
    monkeypatch.setenv("EMPTY", "")
    text = MAIN.replace('"porch"', '"${HOSTNAME}-${SITE}"').replace("common.toml", "${SITE}.toml") + (
        '[mqtt]\nhost = "${BROKER:-b.lan}"\nusername = "a$b$${SITE}$"\nclient_id = "${EMPTY:-x}${SITE:-y}"\n'
    )
    config = load_config(write(tmp_path, text, north="[spool]\nmemory_events = 5\n"))
    assert config.node.name == "pi7-north"
    assert (config.mqtt.host, config.mqtt.username, config.mqtt.client_id) == ("b.lan", "a$b${SITE}$", "xnorth")
    assert config.spool.memory_events == 5
    monkeypatch.setenv("HOSTNAME", "said")
    assert load_config(tmp_path / "main.toml").node.name == "said-north"


def test_a_variable_that_is_not_set_is_named_with_its_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOWHERE", raising=False)
    text = refused(write(tmp_path, common='[mqtt]\nhost = "${NOWHERE}"\nusername = "${1}"\n'))
    assert text.startswith(f"{tmp_path / 'common.toml'}: 2 faults")
    assert "mqtt.host: expected the environment variable NOWHERE, found none" in text
    assert "mqtt.username: expected ${NAME} or ${NAME:-default}" in text


@pytest.mark.parametrize(
    ("name", "is_secret"),
    [
        ("MONKEY", False), ("BROKER_KEY_HOST", False), ("AUTHOR", False), ("COMPASS", False), ("KEY", False),
        ("BYPASS_HOST", False), ("MQTT_PASSWORD", True), ("PGPASSWORD", True), ("api_key", True),
        ("BROKER_PASS", True), ("TOKEN", True), ("WEBHOOK_SECRET_2", True), ("CREDENTIALS", True),
    ],
)  # fmt: skip
def test_variables_of_secret_names_are_told_by_whole_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, is_secret: bool
) -> None:
    value = f"heron-{name}-5"
    monkeypatch.setenv(name, value)
    path = write(tmp_path, MAIN + f'[mqtt]\nclient_id = "${{{name}}}"\n', common="")
    assert (value not in shown_config(path)) is is_secret


def test_update_in_a_node_s_own_file_has_a_hint_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("UPDATE", raising=False)
    text = refused(write(tmp_path, MAIN + '[model]\nname = "${UPDATE}/m.tflite"\n', common=""))
    assert "model.name: expected the environment variable UPDATE" in text
    assert "in the update's own config.toml alone" in text
    assert "systemctl" not in text


def test_an_update_whose_files_are_gone_is_none_and_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path, choice = with_update(tmp_path, "[spool]\nmax_age_s = 9.0\n")
    assert choice.folder is not None
    updates = tmp_path / "state" / "updates"
    updates.mkdir(parents=True)
    choice.folder.rename(updates / "7-x")
    (updates / "state.json").write_text('{"running": {"folder": "7-x"}}')
    assert load_config(path).spool.max_age_s == 9.0
    assert caplog.text == ""
    (updates / "7-x" / "config.toml").unlink()
    assert load_config(path).spool.max_age_s != 9.0
    assert f"{updates / '7-x'}: expected the config.toml of the update that runs, found none" in caplog.text


def test_a_file_without_any_of_it_is_read_as_ever(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, '[[camera]]\nname = "a"\nsource = "synthetic:"\n'))
    assert config.files == ()


def test_each_key_is_shown_with_its_file_and_nothing_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMERA_PASSWORD", "kingfisher9")
    path = write(
        tmp_path,
        MAIN + '[webhook]\nurl = "https://who:kingfisher7@host/hook/kingfisher8"\n',
        common='[mqtt]\nhost = "b"\nusername = "x${CAMERA_PASSWORD}"\n[[view]]\nname = "gate"\ncamera = "front"\n',
    )
    text = shown_config(path)
    lines = dict(line.split("  # ") for line in text.splitlines())
    shown = {key.strip(): file for key, file in lines.items()}
    assert shown['mqtt.host = "b"'] == str(tmp_path / "common.toml")
    assert shown['node.name = "porch"'] == str(path)
    assert shown['view[gate].camera = "front"'] == str(tmp_path / "common.toml")
    assert "kingfisher" not in text
    assert HIDDEN in text


def with_update(folder: Path, text: str) -> tuple[Path, UpdateChoice]:
    place = folder / "u"
    place.mkdir()
    (place / "config.toml").write_text(text)
    key = "A" * 43 + "="
    main = MAIN.replace("[node]", f'[updates]\nurl = "file:/x"\npublic_key = "{key}"\n[node]')
    return write(folder, main, common="[spool]\nmemory_events = 2\n"), UpdateChoice(place)


def test_an_update_lies_below_all_other_files(tmp_path: Path) -> None:
    path, choice = with_update(
        tmp_path,
        '[spool]\nmemory_events = 1\nmax_age_s = 9.0\n[node]\nresume_s = 3.0\n[model]\nlabels = "${UPDATE}/l"\n',
    )

    def read(update: UpdateChoice | None) -> Config:
        return load_config(path, update)

    config = read(choice)
    assert (config.spool.memory_events, config.spool.max_age_s, config.node.resume_s) == (2, 9.0, 3.0)
    assert config.model.labels == tmp_path / "u" / "l"
    assert config.files[-2:] == (tmp_path / "u" / "config.toml", path)
    assert read(UpdateChoice(None)).spool.max_age_s != 9.0
    assert read(None).spool.max_age_s != 9.0
    updates = tmp_path / "state" / "updates"
    updates.mkdir(parents=True)
    (tmp_path / "u").rename(updates / "7-x")
    (updates / "state.json").write_text('{"running": {"folder": "7-x"}}')
    assert read(None).spool.max_age_s == 9.0


@pytest.mark.parametrize("content", ["", "[]", '{"running": 3}', '{"running": {}}', "\xff"])
def test_a_damaged_choice_is_none_and_said(tmp_path: Path, content: str, caplog: pytest.LogCaptureFixture) -> None:
    path, _ = with_update(tmp_path, "[spool]\nmax_age_s = 9.0\n")
    updates = tmp_path / "state" / "updates"
    updates.mkdir(parents=True)
    (updates / "state.json").write_text(content, encoding="latin-1")
    assert load_config(path).spool.max_age_s != 9.0
    assert "without its update" in caplog.text


def test_a_file_without_updates_has_no_update_below_it(tmp_path: Path) -> None:
    path, choice = with_update(tmp_path, "[spool]\nmax_age_s = 9.0\n")
    text = path.read_text().split("[updates]")[0] + "[node]" + path.read_text().split("[node]")[1]
    path.write_text(text)
    assert load_config(path, choice).spool.max_age_s != 9.0
