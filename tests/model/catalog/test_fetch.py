"""Fetching over a real HTTP connection that fails in the ways connections fail; from folders; onto full disks."""

import base64
import fcntl
import hashlib
import os
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from edgeclassify.errors import DownloadError, ModelError, ModelMissingError, StorageError
from edgeclassify.model.catalog import CatalogEntry, model_path, places, resolve_model
from edgeclassify.model.catalog.fetch import Fetched, FetchOptions, fetch_model
from edgeclassify.model.description.sidecar import read_sidecar
from tests.model.catalog.conftest import LABELS, MODEL, EntryText, Places, write_entry
from tests.model.catalog.file_server import FileServer

MODEL_SHA256 = hashlib.sha256(MODEL).hexdigest()


def fetch(entry: CatalogEntry, *, mirror: str | None = None, local: Path | None = None) -> Fetched:
    return fetch_model(entry, FetchOptions(mirror, local), lambda name, done, total: None)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


CHUNK = 4096  # what arrives of an incomplete one is lost
WHOLE = {"net.tflite", "net.labels.txt", "net.toml"}


def test_puts_model_labels_and_sidecar_in_place(entry: CatalogEntry, folders: Places) -> None:
    fetched = fetch(entry)
    assert fetched == Fetched(folders.models / "net.tflite", was_there=False)
    assert names(folders.models) == WHOLE
    assert fetched.path.read_bytes() == MODEL
    sidecar = read_sidecar(fetched.path)
    assert (sidecar.crop, sidecar.license, sidecar.sha256) == (0.5, "CC0-1.0", MODEL_SHA256)
    assert sidecar.temperature == 0.75
    assert sidecar.labels is not None
    assert sidecar.labels.read_bytes() == LABELS
    assert resolve_model("net") == fetched.path


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_the_service_reads_it_whatever_the_umask_of_who_fetches(
    entry: CatalogEntry, folders: Places, mask: int
) -> None:
    folders.models.mkdir()
    before = os.umask(mask)
    try:
        fetch(entry)
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in folders.models.iterdir()} == {0o644}


def test_the_sidecar_says_all_that_the_entry_does(server: FileServer, folders: Places) -> None:
    (folders.user_entries / "cup.jpg").write_bytes(b"a picture")
    extra = (
        "[normalization]\nmean = [0.485, 0.456, 0.406]\nstd = [0.229, 0.224, 0.225]\n"
        '[golden]\nimage = "cup.jpg"\nlabel = "cup \\"of\\" \\u007f tea, ä"\n'
    )
    text = 'channels = "bgr"\noutput = "logits"\n' + EntryText(server.url, extra=extra).text()
    path = fetch(write_entry(folders.user_entries, text)).path
    sidecar = read_sidecar(path)
    assert (sidecar.channels, sidecar.output) == ("bgr", "logits")
    assert sidecar.normalization is not None
    assert sidecar.normalization.std == (0.229, 0.224, 0.225)
    assert sidecar.golden is not None
    assert sidecar.golden.label == 'cup "of" \x7f tea, ä'
    assert sidecar.golden.image.read_bytes() == b"a picture"
    assert names(folders.models) == {*WHOLE, "net.golden.jpg"}


def test_what_is_there_is_not_fetched_again(entry: CatalogEntry, server: FileServer) -> None:
    first = fetch(entry)
    server.requests.clear()
    assert fetch(entry) == Fetched(first.path, was_there=True)
    assert server.requests == []


def test_a_tampered_file_is_replaced(entry: CatalogEntry, folders: Places) -> None:
    path = fetch(entry).path
    path.write_bytes(MODEL[:-1] + b"x")
    assert not fetch(entry).was_there
    assert path.read_bytes() == MODEL


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", ["net.tflite", "net.labels.txt"])
@pytest.mark.parametrize("kind", ["pipe", "endless"])
def test_what_is_no_file_is_not_waited_for(kind: str, name: str, entry: CatalogEntry, folders: Places) -> None:
    place = fetch(entry).path.with_name(name)
    place.unlink()
    if kind == "pipe":
        os.mkfifo(place)
    else:
        place.symlink_to("/dev/zero")
    assert not fetch(entry).was_there
    assert names(folders.models) == WHOLE
    assert place.is_file()
    assert not place.is_symlink()


def test_lost_labels_come_back(entry: CatalogEntry, folders: Places, server: FileServer) -> None:
    fetch(entry)
    (folders.models / "net.labels.txt").unlink()
    assert not fetch(entry).was_there
    assert names(folders.models) == WHOLE


def test_a_lost_connection_is_resumed_at_once(entry: CatalogEntry, server: FileServer) -> None:
    server.drops = [len(LABELS), 12 * CHUNK + 5, 17 * CHUNK]
    assert fetch(entry).path.read_bytes() == MODEL
    assert [wanted for path, wanted in server.requests if path == "/net.tflite"] == [
        None,
        f"bytes={12 * CHUNK}-",
        f"bytes={29 * CHUNK}-",
    ]


def test_what_arrived_is_kept_for_the_next_time(entry: CatalogEntry, server: FileServer, folders: Places) -> None:
    server.drops = [len(LABELS), 10 * CHUNK, 2 * CHUNK, CHUNK]
    with pytest.raises(DownloadError, match=f"lost .* after {13 * CHUNK} of {len(MODEL)}") as caught:
        fetch(entry)
    assert "the server hung up" in str(caught.value)
    assert "run the command again" in str(caught.value)
    assert names(folders.models) == {".net.tflite.part", ".net.labels.txt.part"}
    assert model_path(entry) is None
    server.requests.clear()
    assert fetch(entry).path.read_bytes() == MODEL
    assert server.requests == [("/net.tflite", f"bytes={13 * CHUNK}-")]
    assert names(folders.models) == WHOLE


def test_a_server_without_ranges_sends_it_all_again(entry: CatalogEntry, server: FileServer) -> None:
    server.ranges, server.drops = False, [len(LABELS), 50_000]
    assert fetch(entry).path.read_bytes() == MODEL


def test_a_server_that_sends_the_wrong_range(entry: CatalogEntry, server: FileServer, folders: Places) -> None:
    server.wrong_range, server.drops = True, [len(LABELS), 50_000]
    with pytest.raises(DownloadError, match="another part of the file"):
        fetch(entry)
    assert "net.tflite" not in names(folders.models)


def test_a_part_longer_than_the_file_begins_anew(entry: CatalogEntry, folders: Places) -> None:
    folders.models.mkdir()
    (folders.models / ".net.tflite.part").write_bytes(bytes(len(MODEL) + 5))
    assert fetch(entry).path.read_bytes() == MODEL


def test_a_part_of_another_file_is_found_out(entry: CatalogEntry, folders: Places) -> None:
    folders.models.mkdir()
    (folders.models / ".net.tflite.part").write_bytes(b"from another time" * 100)
    with pytest.raises(ModelError, match="sha256"):
        fetch(entry)
    assert names(folders.models) == set()
    assert fetch(entry).path.read_bytes() == MODEL


def test_a_wrong_checksum_leaves_nothing_and_says_both(
    entry: CatalogEntry, server: FileServer, folders: Places
) -> None:
    wrong = MODEL[:1000] + b"!" + MODEL[1001:]
    server.files["net.tflite"] = wrong
    with pytest.raises(ModelError) as caught:
        fetch(entry)
    message = str(caught.value)
    assert MODEL_SHA256 in message
    assert hashlib.sha256(wrong).hexdigest() in message
    assert f"{server.url}/net.tflite" in message
    assert names(folders.models) == set()


def test_a_wrong_model_leaves_the_old_one_alone(server: FileServer, entry: CatalogEntry, folders: Places) -> None:
    path = fetch(entry).path
    newer = write_entry(folders.user_entries, EntryText(server.url, sha256="0" * 64).text())
    with pytest.raises(ModelError, match="0" * 64):
        fetch(newer)
    assert path.read_bytes() == MODEL
    assert names(folders.models) == WHOLE


def test_wrong_labels_leave_nothing(server: FileServer, entry: CatalogEntry, folders: Places) -> None:
    server.files["net_labels.txt"] = b"other labels"
    with pytest.raises(ModelError, match=r"net_labels\.txt"):
        fetch(entry)
    assert names(folders.models) == set()


def test_a_login_page_instead_of_the_file(server: FileServer, entry: CatalogEntry, folders: Places) -> None:
    server.files["net.tflite"] = b"<!DOCTYPE html><html>Please log in</html>"
    with pytest.raises(ModelError, match="looks like a web page"):
        fetch(entry)
    assert names(folders.models) == set()


def test_a_file_longer_than_said_is_cut_short(server: FileServer, entry: CatalogEntry, folders: Places) -> None:
    server.files["net.tflite"] = MODEL + bytes(5_000_000)
    with pytest.raises(ModelError, match=f"at most {len(MODEL)} bytes, found a longer one"):
        fetch(entry)
    assert names(folders.models) == set()


def test_the_size_may_be_unknown(server: FileServer, folders: Places) -> None:
    entry = write_entry(folders.user_entries, EntryText(server.url, size=None).text())
    assert fetch(entry).path.read_bytes() == MODEL


def test_a_file_that_is_not_there(server: FileServer, entry: CatalogEntry, folders: Places) -> None:
    del server.files["net.tflite"]
    with pytest.raises(DownloadError, match="found the answer 404 Not Found") as caught:
        fetch(entry)
    assert f"{server.url}/net.tflite" in str(caught.value)
    assert [path for path, _ in server.requests].count("/net.tflite") == 1
    assert "net.tflite" not in names(folders.models)


def test_what_a_server_says_steers_no_terminal(
    server: FileServer, entry: CatalogEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(BaseHTTPRequestHandler.responses, 403, ("\x1b[2J" + "x" * 200, ""))
    server.statuses = [403]
    with pytest.raises(DownloadError, match=r"403 \\x1b\[2Jxxx") as caught:
        fetch(entry)
    assert "\x1b" not in str(caught.value)
    assert "x" * 100 not in str(caught.value)


def test_a_server_in_trouble_is_asked_again(server: FileServer, entry: CatalogEntry) -> None:
    server.statuses = [503, 503]
    assert fetch(entry).path.read_bytes() == MODEL
    server.statuses = [500, 500, 500]
    Path(fetch(entry).path).unlink()
    with pytest.raises(DownloadError, match="the server answered 500"):
        fetch(entry)


def test_nobody_answers(server: FileServer, folders: Places) -> None:
    # A port that was free a moment ago; names below .invalid never resolve.
    for url, reason in (("http://127.0.0.1:9", "Connection refused"), ("http://models.invalid", "models.invalid")):
        entry = write_entry(folders.user_entries, EntryText(url).text())
        with pytest.raises(DownloadError, match="can't be reached") as caught:
            fetch(entry)
        message = str(caught.value)
        assert url in message
        assert "HTTPConnectionPool" not in message
        assert reason in message
        assert "--from" in message
    assert names(folders.models) == set()


def test_progress_is_told(entry: CatalogEntry) -> None:
    told: dict[str, list[tuple[int, int | None]]] = {}
    fetch_model(entry, FetchOptions(), lambda name, done, total: told.setdefault(name, []).append((done, total)))
    assert told["net.tflite"][-1] == (len(MODEL), len(MODEL))
    assert told["net.labels.txt"][-1] == (len(LABELS), len(LABELS))
    assert [done for done, _ in told["net.tflite"]] == sorted(done for done, _ in told["net.tflite"])


def test_a_mirror_is_asked_instead(server: FileServer, folders: Places) -> None:
    server.files = {f"mirror/{name}": content for name, content in server.files.items()}
    entry = write_entry(folders.user_entries, EntryText("http://models.invalid/far/away").text())
    assert fetch(entry, mirror=f"{server.url}/mirror/").path.read_bytes() == MODEL
    assert [path for path, _ in server.requests] == ["/mirror/net_labels.txt", "/mirror/net.tflite"]


SECRET = "s3cret-w0rd"


def test_user_and_password_of_a_mirror_are_sent_and_show_nowhere(server: FileServer, folders: Places) -> None:
    entry = write_entry(folders.user_entries, EntryText("http://models.invalid").text())
    mirror = server.url.replace("//", f"//nas:{SECRET}%2F%E2%82%AC@")
    server.files["net.tflite"] = b"damaged"
    with pytest.raises(ModelError, match="sha256") as caught:
        fetch(entry, mirror=mirror)
    assert SECRET not in str(caught.value)
    assert f"{server.url}/net.tflite" in str(caught.value)
    expected = base64.b64encode(f"nas:{SECRET}/€".encode()).decode()
    assert set(server.authorizations) == {f"Basic {expected}"}
    del server.files["net.tflite"]
    with pytest.raises(DownloadError, match="404") as missing:
        fetch(entry, mirror=mirror)
    assert SECRET not in str(missing.value)


def test_a_password_in_an_entrys_url_is_not_in_the_sidecar(server: FileServer, folders: Places) -> None:
    url = server.url.replace("//", f"//nas:{SECRET}@")
    entry = write_entry(folders.user_entries, EntryText(url).text())
    path = fetch(entry).path
    text = path.with_suffix(".toml").read_text()
    assert SECRET not in text
    assert f'source = "{server.url}/net.tflite"' in text


def test_a_lost_connection_shows_no_password(server: FileServer, folders: Places) -> None:
    url = server.url.replace("//", f"//nas:{SECRET}@")
    entry = write_entry(folders.user_entries, EntryText(url).text())
    server.drops = [len(LABELS), *[CHUNK] * 3]
    with pytest.raises(DownloadError, match="the connection was lost") as caught:
        fetch(entry)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.fixture
def offline(folders: Places) -> CatalogEntry:
    """The entry "net", whose server can't be reached."""
    return write_entry(folders.user_entries, EntryText("http://models.invalid").text())


def test_from_a_folder_by_the_files_or_the_models_names(
    offline: CatalogEntry, folders: Places, tmp_path: Path
) -> None:
    for model, labels in (("net.tflite", "net_labels.txt"), ("net.tflite", "net.labels.txt")):
        folder = tmp_path / labels
        folder.mkdir()
        (folder / model).write_bytes(MODEL)
        (folder / labels).write_bytes(LABELS)
        path = fetch(offline, local=folder).path
        assert path.read_bytes() == MODEL
        path.unlink()
        path.with_suffix(".labels.txt").unlink()


def test_from_a_file_with_its_labels_beside_it(offline: CatalogEntry, folders: Places, tmp_path: Path) -> None:
    (tmp_path / "anything.bin").write_bytes(MODEL)
    with pytest.raises(ModelMissingError, match=r"expected net_labels\.txt or net\.labels\.txt there"):
        fetch(offline, local=tmp_path / "anything.bin")
    assert names(folders.models) == set()
    (tmp_path / "net_labels.txt").write_bytes(LABELS)
    fetch(offline, local=tmp_path / "anything.bin")
    assert names(folders.models) == WHOLE


def test_from_a_wrong_file_leaves_nothing(offline: CatalogEntry, folders: Places, tmp_path: Path) -> None:
    (tmp_path / "net.tflite").write_bytes(MODEL[:5000])
    (tmp_path / "net_labels.txt").write_bytes(LABELS)
    with pytest.raises(ModelError, match="sha256"):
        fetch(offline, local=tmp_path)
    assert names(folders.models) == set()


def test_a_golden_picture_that_is_gone_stops_before_anything_is_fetched(
    server: FileServer, folders: Places
) -> None:
    extra = '[golden]\nimage = "gone.jpg"\nlabel = "x"\n'
    entry = write_entry(folders.user_entries, EntryText(server.url, extra=extra).text())
    with pytest.raises(ModelMissingError, match=r"gone\.jpg"):
        fetch(entry)
    assert server.requests == []
    assert names(folders.models) == set()


def test_a_model_that_is_a_file_needs_no_fetching(folders: Places, tmp_path: Path) -> None:
    entry = write_entry(folders.user_entries, f'description = "mine"\nfile = "{tmp_path}/x.tflite"')
    with pytest.raises(ModelMissingError, match="has no url to fetch it from"):
        fetch(entry)
    (tmp_path / "x.tflite").touch()
    assert fetch(entry) == Fetched(tmp_path / "x.tflite", was_there=True)


def user_has_it(entry: CatalogEntry, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own fetched model, from before the service was set up."""
    monkeypatch.delenv(places.ENVIRONMENT)
    return fetch(entry).path


def test_what_only_the_user_has_is_copied_to_the_service(
    entry: CatalogEntry, server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = user_has_it(entry, monkeypatch)
    places.SYSTEM_MODELS.mkdir(parents=True)
    server.requests.clear()
    fetched = fetch(entry)
    assert fetched == Fetched(places.SYSTEM_MODELS / "net.tflite", was_there=False)
    assert fetched.path.read_bytes() == own.read_bytes() == MODEL
    assert names(places.SYSTEM_MODELS) == WHOLE
    assert server.requests == []
    assert fetch(entry) == Fetched(fetched.path, was_there=True)


def test_who_may_not_write_to_the_services_folder_keeps_his_own(
    entry: CatalogEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = user_has_it(entry, monkeypatch)
    places.SYSTEM_MODELS.mkdir(parents=True)
    monkeypatch.setattr(places, "can_write", lambda folder: folder != places.SYSTEM_MODELS)
    monkeypatch.setattr("edgeclassify.model.catalog.fetch.can_write", places.can_write)
    assert fetch(entry) == Fetched(own, was_there=True)


def test_two_at_once_do_not_mix(entry: CatalogEntry, folders: Places) -> None:
    folders.models.mkdir()
    with (folders.models / ".net.labels.txt.part").open("wb") as part:
        fcntl.flock(part, fcntl.LOCK_EX)
        with pytest.raises(DownloadError, match="another process is fetching this file now"):
            fetch(entry)
    assert "net.tflite" not in names(folders.models)


def test_a_folder_that_can_not_be_made(entry: CatalogEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGECLASSIFY_MODELS", "/proc/edgeclassify")
    with pytest.raises(StorageError, match="EDGECLASSIFY_MODELS=FOLDER"):
        fetch(entry)


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file system of 100 kB as the models' folder."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("needs root and the right to mount a tmpfs")
    monkeypatch.setenv("EDGECLASSIFY_MODELS", str(folder))
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_without_room_is_noticed_first(entry: CatalogEntry, small_disk: Path, server: FileServer) -> None:
    with pytest.raises(StorageError, match=r"the disk is full: \d+ bytes are needed and \d+ are free") as caught:
        fetch(entry)
    assert str(small_disk) in str(caught.value)
    assert names(small_disk) == set()


def test_a_disk_that_fills_up_on_the_way(
    entry: CatalogEntry, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edgeclassify.model.catalog.part_file.PartFile.need", lambda part, size: None)
    with pytest.raises(StorageError, match="the disk is full: No space left"):
        fetch(entry)
    assert names(small_disk) == set()


def test_a_read_only_disk(entry: CatalogEntry, small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(StorageError, match=r"can(.t)? be written"):
        fetch(entry)
