"""A taught model as one file, and out of it: the same model, or nothing of it."""

import dataclasses
import os
import re
import shutil
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from edgeclassify.errors import ExitStatus, MissingInputError, StorageError, TaughtModelError, UsageError
from edgeclassify.model.taught.document import from_bytes, to_bytes
from edgeclassify.model.taught.manifest import Manifest
from edgeclassify.model.taught.places import find_taught, taught_names
from edgeclassify.model.taught.reading import check_head, read_manifest, read_taught
from edgeclassify.teaching.store import (
    TaughtFolder,
    export_taught,
    import_taught,
    importing,
    read_lesson,
    read_picture,
)
from edgeclassify.teaching.store.example_files import id_of
from tests.support.small_disk import small_disk_at
from tests.teaching.store.examples import JPEG, example, fit, fitted_head

HEAD = fitted_head()


@pytest.fixture
def export(gate: TaughtFolder, tmp_path: Path) -> Path:
    """A file with a fitted model in it, which has two pictures; the model itself is let go of."""
    gate.add(
        [example("open", 1, 2, 3, variants=2, jpeg=JPEG, view="front"), example("closed", 2, jpeg=JPEG + b"2")]
    )
    gate.add([example(None, 9, captured_at=7.5)])
    fit(gate, HEAD)
    gate.close()
    return export_taught(gate.path, tmp_path / "gate.taught.zip")


def same(one: Manifest, other: Manifest) -> bool:
    """True where they say the same of what is taught."""
    return all(
        getattr(one, key) == getattr(other, key)
        for key in ("created_at", "base", "one_class", "examples", "head", "labels")
    )


def test_it_is_imported_as_it_was_exported(export: Path, gate: TaughtFolder) -> None:
    imported = import_taught(export, "door", now=lambda: 5000.0)
    assert (imported.name, imported.version, imported.past, imported.restores) == ("door", 1, (), None)
    assert (imported.change, imported.changed_at) == ("imported from gate.taught.zip", 5000.0)
    assert same(imported, gate.manifest)
    place = find_taught("door")
    assert place is not None
    taught = read_taught(place)
    assert (taught.manifest, taught.head) == (imported, HEAD)
    assert np.array_equal(read_lesson(place, imported).units, gate.lesson().units)
    assert [read_picture(place, one) for one in imported.examples] == [JPEG, JPEG + b"2", None]


def test_the_same_model_is_the_same_file(export: Path, tmp_path: Path) -> None:
    import_taught(export, "door")
    place = find_taught("door")
    assert place is not None
    with TaughtFolder.open("door") as folder:
        folder.add([example("open", 77)])
        folder.undo()
        export_taught(place, tmp_path / "again.zip")
        shutil.copytree(place, place.with_name("gate"), dirs_exist_ok=True)
    export_taught(place.with_name("gate"), tmp_path / "third.zip")
    assert (tmp_path / "third.zip").read_bytes() == export.read_bytes()
    assert (tmp_path / "again.zip").read_bytes() != export.read_bytes()  # its name is in it


def test_what_is_in_the_file(export: Path, gate: TaughtFolder) -> None:
    with zipfile.ZipFile(export) as zipped:
        assert zipped.testzip() is None
        entries = zipped.infolist()
        exported = from_bytes(zipped.read("manifest.json"), "it")
    names = [one.filename for one in entries]
    ids = sorted(one.id for one in gate.manifest.examples)
    assert names[-1] == "manifest.json"
    assert [name for name in names if name.startswith("examples")] == [f"examples/{one}.npy" for one in ids]
    assert len(names) == 3 + 2 + 1 + 1
    assert {(one.date_time, one.external_attr >> 16, one.create_system, one.compress_type) for one in entries} == {
        ((1980, 1, 1, 0, 0, 0), 0o100644, 3, zipfile.ZIP_STORED)
    }
    assert (exported.name, exported.version, exported.past, exported.change) == ("gate", 1, (), "exported")
    assert exported.changed_at == exported.created_at == 1000.0
    assert same(exported, gate.manifest)


def test_without_pictures(export: Path, gate: TaughtFolder, tmp_path: Path) -> None:
    bare = export_taught(gate.path, tmp_path / "bare.zip", pictures=False)
    with zipfile.ZipFile(bare) as zipped:
        assert not [name for name in zipped.namelist() if name.startswith("pictures")]
    imported = import_taught(bare, "door")
    assert [one.has_picture for one in imported.examples] == [False, False, False]
    assert dataclasses.replace(imported.examples[0], has_picture=True) == gate.manifest.examples[0]


@pytest.mark.parametrize("content", [None, b"", b"GIF89a"])
def test_a_picture_that_is_lost_keeps_nobody_from_the_rest(
    export: Path, gate: TaughtFolder, content: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    picture = gate.path / "pictures" / f"{gate.manifest.examples[0].id}.jpg"
    picture.unlink()
    if content is not None:
        picture.write_bytes(content)
    export_taught(gate.path, export)
    assert caplog.messages == [
        f"{picture}: expected the picture of an example, found none that is whole: it is left out."
    ]
    assert [one.has_picture for one in import_taught(export, "door").examples] == [False, True, False]


def test_a_picture_that_may_not_be_read(
    export: Path, gate: TaughtFolder, unprivileged: Callable[[], AbstractContextManager[None]]
) -> None:
    (gate.path / "pictures" / f"{gate.manifest.examples[1].id}.jpg").chmod(0)
    before = export.read_bytes()
    export.parent.chmod(0o777)
    with unprivileged():
        with pytest.raises(
            TaughtModelError, match=r"can't be read: Permission denied\. .*export without pictures"
        ):
            export_taught(gate.path, export)
        export_taught(gate.path, export.with_name("bare.zip"), pictures=False)
    assert export.read_bytes() == before


@pytest.mark.parametrize("place", ["examples", "heads"])
def test_what_is_damaged_is_not_exported(export: Path, gate: TaughtFolder, place: str) -> None:
    before = export.read_bytes()
    (path, *_) = (gate.path / place).iterdir()
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(TaughtModelError, match=str(path)):
        export_taught(gate.path, export)
    assert export.read_bytes() == before
    assert [one.name for one in export.parent.iterdir() if one.name.startswith(".")] == []


def test_into_a_folder(export: Path, gate: TaughtFolder, tmp_path: Path) -> None:
    (tmp_path / "usb").mkdir()
    assert export_taught(gate.path, tmp_path / "usb") == tmp_path / "usb" / "gate.taught.zip"
    assert (tmp_path / "usb" / "gate.taught.zip").read_bytes() == export.read_bytes()


def test_where_no_file_can_be(gate: TaughtFolder, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"nowhere/a.zip: the export can't be written: No such file"):
        export_taught(gate.path, tmp_path / "nowhere" / "a.zip")


def test_a_disk_that_is_full(export: Path, gate: TaughtFolder, tmp_path: Path) -> None:
    with TaughtFolder.open("gate") as folder:
        folder.add([example("open", i, jpeg=JPEG.ljust(30_000)) for i in range(3, 9)])
    with small_disk_at(tmp_path / "disk", "64k") as disk:
        (disk / "gate.taught.zip").write_bytes(b"what was there")
        with pytest.raises(
            StorageError, match=r"gate.taught.zip: the export can't be written: No space left"
        ) as raised:
            export_taught(gate.path, disk)
        assert raised.value.exit_status == ExitStatus.CANNOT_WRITE
        assert [(one.name, one.read_bytes()) for one in disk.iterdir()] == [("gate.taught.zip", b"what was there")]


def test_in_the_place_of_one_that_is_there(export: Path, gate: TaughtFolder) -> None:
    with TaughtFolder.open("gate") as folder:
        folder.remove([one.id for one in folder.manifest.examples])
        folder.teach_only_normal(True)
        before = folder.manifest
    with pytest.raises(
        UsageError, match=r"^gate: expected a new name for the taught model in .*, found one that is there"
    ):
        import_taught(export)
    assert read_manifest(gate.path) == before
    imported = import_taught(export, replace=True)
    assert (imported.version, imported.change) == (before.version + 1, "imported from gate.taught.zip")
    assert (imported.examples, imported.head, imported.one_class) == (
        gate.manifest.examples,
        gate.manifest.head,
        False,
    )
    with TaughtFolder.open("gate") as folder:
        assert len(folder.lesson().units) == 5
        folder.undo()
        assert (folder.manifest.examples, folder.manifest.one_class) == ((), True)


@pytest.mark.parametrize("name", ["../door", "builtin", "", "a/b"])
def test_by_a_name_that_is_none(export: Path, name: str, models: Path) -> None:
    if name:
        with pytest.raises(UsageError, match="expected a name"):
            import_taught(export, name)
    else:
        with pytest.raises(UsageError, match="there already"):
            import_taught(export, name)
    assert sorted(path.name for path in models.rglob("*") if path.is_dir()) == sorted(
        ["taught", "gate", "examples", "heads", "pictures", "versions"]
    )


def members(export: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(export) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def packed(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    return path


def refused(path: Path) -> str:
    before = {path: path.stat().st_mtime_ns for path in Path(os.environ["EDGECLASSIFY_MODELS"]).rglob("*")}
    with pytest.raises(TaughtModelError) as raised:
        import_taught(path, "door")
    text = str(raised.value)
    assert text.startswith(f"{path}: ")
    assert text.isprintable()
    assert len(text) < 500
    assert {path: path.stat().st_mtime_ns for path in Path(os.environ["EDGECLASSIFY_MODELS"]).rglob("*")} == before
    return text


def test_one_that_was_packed_again(export: Path, tmp_path: Path) -> None:
    """In another order, compressed, with its folders: it is the same model."""
    files = {"examples/": b""} | dict(sorted(members(export).items()))
    assert same(
        import_taught(packed(tmp_path / "b.zip", files), "door"), read_manifest(find_taught("gate") or Path())
    )


@pytest.mark.parametrize(
    "name",
    [
        "../../evil",
        "/etc/evil",
        "examples/../../evil",
        "examples/0123456789abcdef.npy",
        "a\x1b]0;evil",
        "C:\\evil",
    ],
)
def test_files_that_belong_to_none(export: Path, tmp_path: Path, name: str) -> None:
    text = refused(packed(tmp_path / "b.zip", members(export) | {name: b"evil"}))
    assert ", which belongs to none" in text
    assert list(tmp_path.rglob("*evil*")) == []


def test_files_that_are_missing(export: Path, tmp_path: Path) -> None:
    files = members(export)
    for name in files:
        text = refused(packed(tmp_path / "b.zip", {key: value for key, value in files.items() if key != name}))
        assert f"without {name}" in text


def test_files_with_something_else_in_them(export: Path, tmp_path: Path) -> None:
    files = members(export)
    for name, content in files.items():
        others = [b"", b"\0" + content]
        if not name.startswith("pictures"):  # of those the zip alone knows what they were
            others += [content[:-2], content + b"\n\0"]
        for other in others:
            refused(packed(tmp_path / "b.zip", files | {name: other}))


def test_one_with_versions(export: Path, gate: TaughtFolder, tmp_path: Path) -> None:
    manifest = to_bytes(gate.manifest)
    assert "found one with versions" in refused(
        packed(tmp_path / "b.zip", members(export) | {"manifest.json": manifest})
    )


def test_one_of_a_later_release(export: Path, tmp_path: Path) -> None:
    files = members(export)
    files["manifest.json"] = files["manifest.json"].replace(b'"format":1', b'"format":2')
    assert "Update edgeclassify" in refused(packed(tmp_path / "b.zip", files))


@pytest.mark.parametrize("place", ["manifest.json", "examples", "pictures", "heads"])
def test_what_unpacks_to_gigabytes(export: Path, tmp_path: Path, place: str) -> None:
    files = members(export)
    name = next(name for name in files if name.startswith(place))
    text = refused(packed(tmp_path / "b.zip", files | {name: bytes(65 << 20)}))
    found = f"found {name} of {65 << 20}" if name == "manifest.json" else r"found one of \d+"
    assert re.search(rf"{found} bytes.*, where \d+ are the most", text)


def test_pictures_that_unpack_to_a_full_card(gate: TaughtFolder, tmp_path: Path) -> None:
    """Each of them is as large as may be, and nearly nothing in the file."""
    gate.add([example("open", i, jpeg=JPEG) for i in range(3)])
    files = members(export_taught(gate.path, tmp_path / "a.zip"))
    pictures = {name: JPEG.ljust(1 << 19, b"\0") for name in files if name.startswith("pictures")}
    text = refused(packed(tmp_path / "b.zip", files | pictures))
    most = 2 * (tmp_path / "b.zip").stat().st_size + (1 << 20)
    assert f"bytes when it is unpacked, where {most} are the most" in text
    two = {name: content if i else JPEG for i, (name, content) in enumerate(pictures.items())}
    import_taught(packed(tmp_path / "b.zip", files | two), "door")


def test_an_example_whose_header_asks_for_all_memory(export: Path, gate: TaughtFolder, tmp_path: Path) -> None:
    """The ids fit, the shape does not: no array is made of it."""
    files = members(export)
    said = b"{'descr': '|u1', 'fortran_order': False, 'shape': (9999999999, 4), }"
    content = b"\x93NUMPY\x01\x00\x76\x00" + said.ljust(117) + b"\n" + bytes(12)
    first = gate.manifest.examples[0]
    evil = dataclasses.replace(first, id=id_of(content))
    manifest = from_bytes(files.pop("manifest.json"), "")
    manifest = dataclasses.replace(manifest, examples=(evil, *manifest.examples[1:]))
    del files[f"examples/{first.id}.npy"]
    files[f"pictures/{evil.id}.jpg"] = files.pop(f"pictures/{first.id}.jpg")
    files |= {"manifest.json": to_bytes(manifest), f"examples/{evil.id}.npy": content}
    assert "expected embeddings of uint8 (3, 4), found something else" in refused(
        packed(tmp_path / "b.zip", files)
    )


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"a head", "expected a fitted head, found a damaged"),
        (
            fitted_head(elements=5),
            "for 4 elements and the labels open, closed, found one for 5",
        ),
        (fitted_head(("closed", "open")), "found one for 4 elements, or for other labels"),
    ],
)
def test_a_head_that_is_none_of_this_model(gate: TaughtFolder, tmp_path: Path, head: bytes, said: str) -> None:
    """The checksum in the manifest is right: whoever made the file wrote it."""
    gate.add([example("open", 1), example("closed", 2)])
    fit(gate, head)
    assert said in refused(export_taught(gate.path, tmp_path / "b.zip"))


def test_a_head_of_what_is_normal(gate: TaughtFolder, tmp_path: Path) -> None:
    gate.add([example("open", 1)])
    for labels in (["open"], ["open", "unusual"]):
        fit(gate, fitted_head(["open"]), labels=labels)
        imported = import_taught(export_taught(gate.path, tmp_path / "b.zip"), f"door{len(labels)}")
        assert imported.head == gate.manifest.head


@pytest.mark.parametrize("content", [b"", b"PK", b"a text, no zip", bytes(100)])
def test_what_is_no_zip(gate: TaughtFolder, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b.zip").write_bytes(content)
    assert "found no zip file" in refused(tmp_path / "b.zip")


def test_a_zip_of_something_else(gate: TaughtFolder, tmp_path: Path) -> None:
    assert "found a zip file without manifest.json" in refused(
        packed(tmp_path / "b.zip", {"labels.txt": b"0 open"})
    )


@pytest.mark.timeout(20)
def test_what_is_not_there_or_no_file(gate: TaughtFolder, tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match=r"b.zip: expected an exported taught model, found nothing there"):
        import_taught(tmp_path / "b.zip")
    os.mkfifo(tmp_path / "pipe")
    assert "can't be read: it is no plain file" in refused(tmp_path / "pipe")
    assert "can't be read: Is a directory" in refused(tmp_path)


def test_one_that_is_cut_off_anywhere(export: Path, tmp_path: Path) -> None:
    content = export.read_bytes()
    for length in range(0, len(content), 5):
        (tmp_path / "b.zip").write_bytes(content[:length])
        refused(tmp_path / "b.zip")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), min_size=1, max_size=4))
def test_one_with_other_bytes_in_it(
    export: Path, gate: TaughtFolder, tmp_path: Path, changes: list[tuple[int, int]]
) -> None:
    content = bytearray(export.read_bytes())
    for at, value in changes:
        content[at % len(content)] = value
    (tmp_path / "b.zip").write_bytes(content)
    try:
        imported = import_taught(tmp_path / "b.zip", "door")
    except TaughtModelError:
        assert taught_names() == ("gate",)
    else:
        assert same(imported, gate.manifest)
        shutil.rmtree(gate.path.with_name("door"))


def test_a_file_that_changes_while_it_is_imported(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was checked is checked again when it is put in place."""
    real, taken = check_head, []

    def once(*args: Any) -> None:
        taken.append(args)
        if len(taken) > 1:
            raise TaughtModelError("another head")
        real(*args)

    monkeypatch.setattr(importing, "check_head", once)
    with pytest.raises(TaughtModelError, match="another head"):
        import_taught(export, "door")
    assert taught_names() == ("gate",)
    assert [path for path in (tmp_path / "models/taught/door").rglob("*") if path.suffix in (".npy", ".jpg")] == []


def test_who_changes_the_one_in_its_place_is_waited_for(
    export: Path, gate: TaughtFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = TaughtFolder.open("gate")
    monkeypatch.setattr("time.sleep", lambda _: held.close())
    assert import_taught(export, replace=True, wait_s=30.0).version == gate.manifest.version + 1
