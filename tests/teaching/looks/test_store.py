"""The file of looks: what is in it, who may use it at the same time, and what a damaged one says."""

import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeclassify.errors import ExitStatus
from edgeclassify.teaching.interface import Look, LookKind
from edgeclassify.teaching.looks.collecting import STOPPED
from edgeclassify.teaching.looks.faults import DamagedLooksError, LooksError, MissingLooksError, NewerLooksError
from edgeclassify.teaching.looks.file import FILE_NAME, VERSION
from edgeclassify.teaching.looks.store import LookStore
from tests.support.waiting import patient
from tests.teaching.looks.looks import FACTS, NOON, collected, files_of, look, turned, unsure


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / FILE_NAME


def same(one: Look | None, other: Look) -> bool:
    """As it was written, but for its number."""
    assert one is not None
    mine, its = replace(one, id=0), replace(other, id=0)
    names = [name for name in Look.__dataclass_fields__ if name != "embedding"]
    assert [getattr(mine, name) for name in names] == [getattr(its, name) for name in names]
    assert mine.embedding.dtype == its.embedding.dtype
    return bool(np.array_equal(mine.embedding, its.embedding))


def raw(path: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(sql, values).fetchall()


def test_a_look_is_found_by_its_event_and_by_its_number_over_a_restart(path: Path) -> None:
    with LookStore.open(path) as store:
        first, second = store.add([look(1), look(2, label=None, score=None, jpeg=None)])
    with LookStore.open(path, create=False) as store:
        assert same(store.of_event(f"{1:032x}"), look(1))
        found = store.of_event(f"{2:032x}")
        assert same(found, look(2, label=None, score=None, jpeg=None))
        assert found is not None
        assert found.id == second
        assert first is not None
        assert same(store.look(first), look(1))
        assert store.of_event("no such event") is None
        assert store.look(99) is None


@pytest.mark.parametrize(
    ("facts", "embedding"),
    [
        (replace(FACTS, dtype="int8", zero_point=-128), np.arange(-8, 8, dtype=np.int8)),
        (replace(FACTS, dtype="float32", scale=0.0, zero_point=0), np.linspace(-1, 1, 16, dtype=np.float32)),
    ],
)
def test_embeddings_come_back_as_the_network_gave_them(facts: Any, embedding: Any, path: Path) -> None:
    with LookStore.open(path) as store:
        store.add([look(1, facts=facts, embedding=embedding), look(2)])
        assert same(store.of_event(f"{1:032x}"), look(1, facts=facts, embedding=embedding))
        assert same(store.of_event(f"{2:032x}"), look(2))
    assert raw(path, "SELECT COUNT(*) FROM facts") == [(2,)]


def test_a_second_look_of_one_event_is_not_kept(path: Path) -> None:
    with LookStore.open(path) as store:
        first, again, second = store.add([look(1), look(1, label="closed"), look(2)])
        assert again is None
        assert (store.numbers(LookKind.EVENT)) == [first, second]
        assert store.add([look(2)]) == [None]
        found = store.of_event(f"{1:032x}")
        assert found is not None
        assert (found.label, store.count()) == ("open", 2)
    assert raw(path, "SELECT COUNT(*) FROM contents") == [(2,)]


def test_unsure_ones_the_newest_first(path: Path) -> None:
    with LookStore.open(path) as store:
        store.add([look(9), unsure(1), unsure(2, view="yard"), unsure(3), collected(4)])
        assert [one.id for one in store.unsure()] == [4, 3, 2]
        assert [one.id for one in store.unsure("gate")] == [4, 2]
        assert [one.id for one in store.unsure("gate", 1)] == [4]
        assert store.unsure("attic") == []
        assert all(one.kind is LookKind.UNSURE for one in store.unsure())


def test_what_was_collected_for_a_model(path: Path) -> None:
    with LookStore.open(path) as store:
        store.add([collected(1), collected(2, "bin"), collected(3, view="yard"), unsure(4)])
        assert [one.id for one in store.collected("gate")] == [1, 3]
        assert [one.id for one in store.collected("gate", "yard")] == [3]
        assert [one.model for one in store.collected("bin")] == ["bin"]
        assert [one.jpeg for one in store.without_pictures(LookKind.COLLECTED)] == [None] * 3
        assert (store.numbers(LookKind.COLLECTED), store.numbers(LookKind.UNSURE)) == ([1, 2, 3], [4])
        assert (store.count(), store.count(LookKind.COLLECTED)) == (4, 3)


def test_what_is_removed_is_gone_and_its_number_is_not_used_again(path: Path) -> None:
    with LookStore.open(path) as store:
        store.add([unsure(1), unsure(2)])
        assert store.remove([2, 77]) == 1
        assert store.remove([]) == 0
        assert store.look(2) is None
        assert store.add([unsure(3)]) == [3]
    assert raw(path, "SELECT look FROM contents") == [(1,), (3,)]


def test_those_that_give_way_go_in_the_same_commit(path: Path) -> None:
    with LookStore.open(path) as store:
        store.add([unsure(1), unsure(2)])
        assert store.add([unsure(3)], in_place_of=[1]) == [3]
        assert [one.id for one in store.unsure()] == [3, 2]


def test_collections(path: Path) -> None:
    with LookStore.open(path) as store:
        begun = store.begin_collection("gate", "front", 86_400.0, 150, now=NOON)
        store.begin_collection("gate", "back", 3600.0, now=NOON + 1)
        store.begin_collection("bin", "front", 3600.0, now=NOON + 2)
        assert store.collections("gate")[0] == begun
        store.add([collected(1, view="front"), collected(2, view="front")], watched_s={("gate", "front"): 60.0})
        assert [(one.model, one.view, one.count, one.watched_s) for one in store.collections()] == [
            ("gate", "front", 2, 60.0), ("gate", "back", 0, 0.0), ("bin", "front", 0, 0.0),
        ]  # fmt: skip
        assert store.end_collection("gate", "front") == 1
        assert store.end_collection("gate", "front") == 0
        assert store.end_collection("gate", why="of another reason") == 1
        assert [one.ended for one in store.collections()] == [STOPPED, "of another reason", None]
        store.add([], watched_s={("gate", "front"): 90.0})
        assert store.collections("gate")[0].watched_s == 60.0  # what has ended goes no further


def test_one_that_begins_anew_keeps_what_there_is(path: Path) -> None:
    with LookStore.open(path) as store:
        store.begin_collection("gate", "front", 60.0, 150, now=NOON)
        store.add([collected(1, view="front")], watched_s={("gate", "front"): 60.0})
        store.end_collection("gate")
        store.begin_collection("gate", "front", 90.0, 20, now=NOON + 5)
        (one,) = store.collections()
    assert astuple(one) == ("gate", "front", NOON + 5, 90.0, 20, 0.0, None, 1)


def test_what_was_gathered_for_a_model_that_is_no_more(path: Path) -> None:
    with LookStore.open(path) as store:
        store.begin_collection("gate", "front", 60.0)
        store.begin_collection("bin", "front", 60.0)
        store.add([collected(1), collected(2, "bin"), unsure(3)])
        store.forget_collection("gate")
        assert [one.model for one in store.collections()] == ["bin"]
        assert store.count() == 2
    assert raw(path, "SELECT look FROM contents") == [(2,), (3,)]


def test_a_store_notices_what_others_change_and_not_its_own_changes(path: Path) -> None:
    with LookStore.open(path) as store, LookStore.open(path) as other:
        version = store.version
        store.add([unsure(1)])
        assert store.version == version
        other.begin_collection("gate", "front", 60.0)
        assert store.version != version


def test_a_large_file_gives_its_room_back(path: Path) -> None:
    with LookStore.open(path) as store:
        store.add([look(number, jpeg=bytes(20_000)) for number in range(20)])
        full = store.bytes_used
        assert full > 20 * 20_000
        assert not store.give_back(10**9, 1000)
        store.remove(range(1, 20))
        assert store.bytes_used < full / 10
        assert store.give_back(0, 10)  # more is to do
        while store.give_back(0, 100):
            pass
        assert store.count() == 1
    assert path.stat().st_size < full / 10


# --- no pictures --------------------------------------------------------------------------------------


def test_erased_pictures_leave_no_byte_behind(tmp_path: Path, path: Path) -> None:
    jpeg = b"\xff\xd8\xff\xe0" + b"SECRET" * 500
    with LookStore.open(path) as store:
        store.add([look(number, jpeg=jpeg) for number in range(50)])
        store.remove([1, 2, 3, 4, 5, 6, 40])  # their pages are free, and still hold what was in them
        assert any(b"SECRET" in content for content in files_of(tmp_path).values())
        assert store.erase_pictures()
        assert not [name for name, content in files_of(tmp_path).items() if b"SECRET" in content]
        assert store.count() == 43
        found = store.of_event(f"{10:032x}")
        assert same(found, look(10, jpeg=None))
        assert not store.erase_pictures()  # nothing is written where there is nothing to erase
        store.add([look(90, jpeg=jpeg)])
        assert store.erase_pictures()


def test_a_reader_holds_erasing_up_and_does_not_end_it(tmp_path: Path, path: Path) -> None:
    with LookStore.open(path) as store:
        store.add([look(number, jpeg=b"SECRET" * 500) for number in range(50)])
        with closing(sqlite3.connect(path)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT COUNT(*) FROM looks").fetchone()
            with pytest.raises(LooksError, match="reads it just now"):
                store.erase_pictures()
        assert store.erase_pictures()
    assert not [name for name, content in files_of(tmp_path).items() if b"SECRET" in content]


# --- several at once ------------------------------------------------------------------------------------

WRITER = """
import sys
from pathlib import Path
from edgeclassify.teaching.looks.store import LookStore
from tests.teaching.looks.looks import unsure
with LookStore.open(Path(sys.argv[1])) as store:
    for number in range(30):
        store.add([unsure(number, view=sys.argv[2])])
"""


def test_processes_write_at_the_same_time_into_a_file_that_none_of_them_found(path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), name], stderr=subprocess.PIPE)
        for name in ("a", "b", "c", "d")
    ]
    assert [writer.communicate(timeout=patient(60))[1] for writer in writers] == [b""] * 4
    with LookStore.open(path, create=False, check=True) as store:
        assert [len(store.unsure(name, 100)) for name in ("a", "b", "c", "d")] == [30] * 4


def test_one_waits_for_another_that_is_at_work(path: Path) -> None:
    with LookStore.open(path) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = threading.Thread(target=store.add, args=([unsure(1)],))
        done.start()
        done.join(0.3)
        assert done.is_alive()
        other.execute("COMMIT")
        done.join(patient(10))
        assert store.count() == 1


def test_a_command_of_root_leaves_a_file_that_the_daemon_can_write(tmp_path: Path, path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root")
    os.chown(tmp_path, 12345, 12346)
    with LookStore.open(path) as store:
        store.add([unsure(1)])
        found = {file.name: file.stat() for file in tmp_path.iterdir()}
        assert set(found) == {FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm"}
        assert {(one.st_uid, one.st_gid, one.st_mode & 0o777) for one in found.values()} == {(12345, 12346, 0o640)}


def test_another_user_is_told_who_may(tmp_path: Path, path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root")
    with LookStore.open(path) as store:
        store.add([unsure(1)])
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == 0 and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    script = (
        "import os, sys\nfrom pathlib import Path\nfrom edgeclassify.teaching.looks.store import LookStore\n"
        "os.setgid(54321); os.setuid(54321)\n"
        "try:\n    with LookStore.open(Path(sys.argv[1])) as store: store.remove([1])\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    for mode in (0o640, 0o644):
        path.chmod(mode)
        command = [sys.executable, "-c", script, str(path)]
        said = subprocess.run(command, capture_output=True, text=True, timeout=patient(60), check=False)
        assert said.stdout.startswith("LooksError"), said
        assert "Run this as the daemon's user, or as root (sudo)" in said.stdout


# --- files that are not as they should be --------------------------------------------------------------


def test_where_nothing_was_kept_yet(path: Path) -> None:
    with pytest.raises(MissingLooksError, match=r"no looks are kept there yet.*teaching\.enabled") as raised:
        LookStore.open(path, create=False)
    assert raised.value.exit_status == ExitStatus.NO_INPUT
    assert not path.exists()
    path.touch()  # as a kill leaves it between its making and the tables
    with pytest.raises(MissingLooksError):
        LookStore.open(path, create=False)
    with LookStore.open(path) as store:
        assert store.count() == 0


@pytest.mark.parametrize(
    "content", [b"not a database, and long enough to be looked at", b"SQLite format 3\0" + bytes(84)]
)
def test_another_file_is_damaged(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    with pytest.raises(DamagedLooksError, match="expected a database of looks, found a damaged one") as raised:
        LookStore.open(path)
    assert raised.value.exit_status == ExitStatus.DATA
    assert path.read_bytes() == content


def test_another_programs_database(path: Path) -> None:
    raw(path, "CREATE TABLE theirs (x)")
    with pytest.raises(DamagedLooksError, match="another program's"):
        LookStore.open(path)


def test_a_later_version_is_left_alone(path: Path) -> None:
    with LookStore.open(path) as store:
        store.add([unsure(1)])
    raw(path, f"PRAGMA user_version={VERSION + 1}")
    with pytest.raises(
        NewerLooksError, match=r"a later version .*format 2; this one reads 1.*Update edgeclassify"
    ):
        LookStore.open(path)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE contents SET embedding = x'00'",
        "UPDATE facts SET dtype = 'complex64'",
        "UPDATE looks SET kind = 'other'",
        "UPDATE contents SET embedding = 7",
    ],
)
def test_a_row_that_is_none_is_damage(sql: str, path: Path) -> None:
    with LookStore.open(path) as store:
        store.add([look(1)])
    raw(path, sql)
    with LookStore.open(path) as store, pytest.raises(DamagedLooksError):
        store.of_event(f"{1:032x}")


def test_a_table_that_is_missing_is_damage(path: Path) -> None:
    with LookStore.open(path) as store:
        store.add([look(1)])
    raw(path, "DROP TABLE contents")
    with LookStore.open(path) as store, pytest.raises(DamagedLooksError):
        store.of_event(f"{1:032x}")


def test_a_crash_is_looked_into(path: Path) -> None:
    store = LookStore.open(path)
    store.add([look(number, jpeg=bytes(3000)) for number in range(100)])
    store.close()
    content = bytearray(path.read_bytes())
    for page in range(2, len(content) // 1024, 3):
        content[page * 1024 : page * 1024 + 8] = b"\x99" * 8
    path.write_bytes(content)
    Path(f"{path}-wal").write_bytes(b"x" * 40)  # the sign of a crash
    with pytest.raises(DamagedLooksError):
        LookStore.open(path, check=True)


def test_a_turned_embedding_is_as_far_as_its_angle() -> None:
    unit = FACTS.unit(np.stack([turned(0), turned(60)]))
    assert float(unit[0] @ unit[1]) == pytest.approx(0.5, abs=0.01)
