"""Taught models as they lie in their folders: what is damaged is told, or made up for by what is whole."""

import dataclasses
import hashlib
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from edgeclassify.errors import ExitStatus, ModelMissingError, TaughtModelError
from edgeclassify.model.taught import reading
from edgeclassify.model.taught.document import LaterFormatError, to_bytes
from edgeclassify.model.taught.manifest import HeadRecord, Manifest
from edgeclassify.model.taught.reading import check_base, read_head, read_manifest, read_taught, read_version
from tests.model.taught.manifests import BARE, FACTS, HEAD, WHOLE

CONTENT = b"the bytes of a head"
RECORD = dataclasses.replace(HEAD, sha256=hashlib.sha256(CONTENT).hexdigest())
FITTED = dataclasses.replace(WHOLE, head=RECORD)


def put(folder: Path, manifest: Manifest, place: str = "manifest.json") -> None:
    (folder / place).parent.mkdir(parents=True, exist_ok=True)
    (folder / place).write_bytes(to_bytes(manifest))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a taught model that was fitted, with two earlier versions."""
    folder = tmp_path / "gate"
    put(folder, FITTED)
    put(folder, FITTED, "versions/000007.json")
    put(folder, dataclasses.replace(BARE, version=3), "versions/000003.json")
    put(folder, BARE, "versions/000001.json")
    head_file(folder).parent.mkdir()
    head_file(folder).write_bytes(CONTENT)
    return folder


def head_file(folder: Path, head: HeadRecord = RECORD) -> Path:
    return folder / "heads" / f"{head.sha256}.npz"


def test_all_that_there_is(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    taught = read_taught(folder)
    assert (taught.folder, taught.manifest, taught.head) == (folder, FITTED, CONTENT)
    assert read_manifest(folder) == FITTED
    assert read_version(folder, 3).version == 3
    assert caplog.text == ""


def test_one_that_was_never_fitted(tmp_path: Path) -> None:
    put(tmp_path / "gate", BARE)
    assert read_taught(tmp_path / "gate").head is None


def test_its_name_is_that_of_its_folder(folder: Path) -> None:
    copied = folder.rename(folder.with_name("door"))
    assert read_taught(copied).manifest == dataclasses.replace(FITTED, name="door")
    assert read_version(copied, 3).name == "door"


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(
        ModelMissingError, match=r"gate/manifest.json: expected the manifest .* found nothing there"
    ) as raised:
        read_taught(tmp_path / "gate")
    assert raised.value.exit_status == ExitStatus.NO_INPUT
    with pytest.raises(ModelMissingError):
        read_version(tmp_path / "gate", 3)


def damaged(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def missing(path: Path) -> None:
    path.unlink()


def of_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def of_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


FAULTS = [damaged, missing, of_a_folder, of_a_pipe]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("fault", FAULTS)
def test_the_newest_whole_version_takes_the_place_of_a_manifest(
    folder: Path, fault: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    fault(folder / "manifest.json")
    assert read_taught(folder).manifest == FITTED
    (said,) = caplog.messages
    assert said.startswith(f"{folder}/manifest.json: ")
    assert said.endswith("Version 7, which is whole, takes its place.")
    fault(folder / "versions" / "000007.json")
    assert read_manifest(folder).version == 3
    assert caplog.messages[-1].endswith("Version 3, which is whole, takes its place.")


def test_nothing_whole(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    for path in (folder / "manifest.json", *(folder / "versions").iterdir()):
        damaged(path)
    with pytest.raises(TaughtModelError, match=r"gate/manifest.json: expected the manifest") as raised:
        read_taught(folder)
    assert raised.value.exit_status == ExitStatus.DATA
    assert caplog.text == ""


def test_one_of_a_later_release_is_not_passed_over(folder: Path) -> None:
    later = (folder / "manifest.json").read_bytes().replace(b'"format":1', b'"format":9')
    (folder / "manifest.json").write_bytes(later)
    with pytest.raises(LaterFormatError, match="found 9"):
        read_taught(folder)


def test_one_that_may_not_be_read(
    folder: Path, unprivileged: Callable[[], AbstractContextManager[None]], caplog: pytest.LogCaptureFixture
) -> None:
    for path in (folder / "manifest.json", *(folder / "versions").iterdir()):
        path.chmod(0)
    with (
        unprivileged(),
        pytest.raises(TaughtModelError, match=r"can't be read: Permission denied\. Check the rights"),
    ):
        read_taught(folder)
    assert caplog.text == ""


@pytest.mark.timeout(20)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_head_that_is_not_as_it_was_written(folder: Path, fault: Callable[[Path], None]) -> None:
    fault(head_file(folder))
    with pytest.raises(
        TaughtModelError, match=rf"^{head_file(folder)}: .*Fit it again: edgeclassify teach gate fit\.$"
    ):
        read_taught(folder)
    assert read_manifest(folder) == FITTED


def test_one_wrong_bit_of_a_head(folder: Path) -> None:
    for i in range(len(CONTENT)):
        wrong = bytearray(CONTENT)
        wrong[i] ^= 1
        head_file(folder).write_bytes(wrong)
        with pytest.raises(TaughtModelError, match=f"expected a head with the sha256 {RECORD.sha256}, found"):
            read_head(folder, RECORD)


def test_as_large_a_head_as_may_be(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_HEAD_BYTES", len(CONTENT))
    assert read_head(folder, RECORD) == CONTENT
    monkeypatch.setattr(reading, "MOST_HEAD_BYTES", len(CONTENT) - 2)
    with pytest.raises(TaughtModelError, match="expected a head"):
        read_head(folder, RECORD)


def test_a_change_between_manifest_and_head(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody fits again while we read: the head that we know of is gone."""
    new = b"another head"
    record = dataclasses.replace(RECORD, sha256=hashlib.sha256(new).hexdigest())
    real = reading.read_manifest

    def changed_behind(place: Path) -> Manifest:
        found = real(place)
        if head_file(folder).exists():
            head_file(folder).unlink()
            head_file(folder, record).write_bytes(new)
            put(folder, dataclasses.replace(FITTED, version=8, head=record))
        return found

    monkeypatch.setattr(reading, "read_manifest", changed_behind)
    taught = read_taught(folder)
    assert (taught.manifest.version, taught.head) == (8, b"another head")


def test_the_base_is_the_one_that_it_was_taught_on() -> None:
    check_base(WHOLE, dataclasses.replace(FACTS, base="by another name", scale=9.0))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sha256": "ef" * 32}, f"expected its sha256 {'ab' * 32}, found {'ef' * 32}: the base has changed"),
        ({"tensor": "other"}, "expected 1280 elements in pooled, found 1280 in other"),
        ({"elements": 64}, "expected 1280 elements in pooled, found 64 in pooled"),
    ],
)
def test_a_base_that_has_changed(changes: dict[str, object], said: str) -> None:
    found = dataclasses.replace(FACTS, **changes)  # type: ignore[arg-type]
    with pytest.raises(TaughtModelError, match=r"^gate: was taught on mobilenet_v2") as raised:
        check_base(WHOLE, found)
    assert said in str(raised.value)
    assert str(raised.value).endswith("edgeclassify teach gate --base MODEL.")
