"""Batches on real processes with the real model: the same rows, and what becomes of those that end."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from edgeclassify.archive.classifying import BatchClassifier
from edgeclassify.archive.interface import Batch
from edgeclassify.archive.journal.records import BatchResult
from edgeclassify.archive.packing import pack, unpack
from edgeclassify.archive.running.careful import rows_carefully
from edgeclassify.archive.running.classifying_process import ClassifyingProcess, DiedError, RefusedError
from edgeclassify.archive.running.processes import AHEAD, Processes, with_threads
from edgeclassify.archive.wanted import Wanted
from edgeclassify.errors import ExitStatus, ModelError
from edgeclassify.types import ModelChoice
from tests.archive.pictures import batch_of, picture_folder
from tests.archive.running.deadly import deadly_process, impatient_process
from tests.support.waiting import patient

WANTED = Wanted(ModelChoice(threads=1), top=2)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return picture_folder(tmp_path_factory.mktemp("pictures"), 8)


def some(folder: Path, *names: str) -> list[Path]:
    """Pictures of these names, all the same."""
    source = folder / "cam0" / "img000.jpg"
    files = [folder / f"{name}.jpg" for name in names]
    for file in files:
        if not file.exists():
            file.write_bytes(source.read_bytes())
    return files


@contextmanager
def running(
    jobs: int, start: Callable[[Wanted], ClassifyingProcess] = ClassifyingProcess, wanted: Wanted = WANTED
) -> Iterator[Processes]:
    with closing(Processes(wanted, jobs, start=start)) as processes:
        yield processes


def all_of(processes: Processes, batches: list[Batch]) -> dict[int, BatchResult]:
    found: dict[int, BatchResult] = {}
    waiting = list(enumerate(batches))
    while waiting or len(found) < len(batches):
        while waiting and processes.room > 0:
            processes.submit(*waiting.pop(0))
        found |= {one.number: one for one in processes.wait(1.0)}
    return found


def test_three_processes_say_the_same_as_this_one_byte_for_byte(pictures: Path) -> None:
    batches = [batch_of(sorted(folder.iterdir()), folder.name) for folder in sorted(pictures.glob("cam*"))]
    batches.append(batch_of([pictures / "nothing.jpg"]))
    with closing(BatchClassifier(WANTED)) as here:
        expected = [pack(here.rows(batch)) for batch in batches]
        facts = here.facts
    with running(3) as processes:
        found = all_of(processes, batches)
        assert processes.facts == facts
    assert [found[number].rows for number in range(3)] == expected
    assert [(found[number].images, found[number].faults) for number in range(3)] == [(4, 0), (4, 0), (1, 1)]


def test_the_one_that_ends_its_process_is_a_fault_and_nothing_else_is_lost(pictures: Path) -> None:
    files = some(pictures, "one", "aborts", "two", "killed", "three")
    with running(1, deadly_process) as processes:
        (result,) = all_of(processes, [batch_of(files)]).values()
    one, aborts, two, killed, three = unpack(result.rows)
    assert result.faults == 2
    assert aborts.fault is not None
    assert "aborts.jpg: can't be classified: its process was ended by SIGABRT" in aborts.fault
    assert killed.fault is not None
    assert "SIGKILL, as where memory runs out" in killed.fault
    assert one.labels == two.labels == three.labels != ()
    assert [row.path for row in (one, aborts, killed)] == [str(files[0]), str(files[1]), str(files[3])]


def test_an_image_that_hangs_is_a_fault_after_its_time(pictures: Path) -> None:
    files = some(pictures, "one", "hangs")
    with running(1, impatient_process) as processes:
        (result,) = all_of(processes, [batch_of(files)]).values()
    one, hangs = unpack(result.rows)
    assert one.fault is None
    assert hangs.fault is not None
    assert "it did not come to an end in 2 s" in hangs.fault


def test_a_bug_is_raised_with_its_traceback(pictures: Path) -> None:
    with running(1, deadly_process) as processes, pytest.raises(RuntimeError, match="LookupError: a bug of ours"):
        all_of(processes, [batch_of(some(pictures, "bug"))])


def test_no_more_is_held_than_each_process_can_have() -> None:
    with running(2) as processes:
        assert processes.room == AHEAD * 2
        processes.submit(0, Batch("cam", ()))
        assert processes.room == AHEAD * 2 - 1
        (result,) = processes.wait(patient(30.0))
        assert (result.number, result.images, processes.room) == (0, 0, AHEAD * 2)


def test_a_model_that_is_not_there_is_said_as_by_any_command() -> None:
    wanted = replace(WANTED, model=ModelChoice("nowhere.tflite"))
    with pytest.raises(RefusedError, match=r"nowhere\.tflite") as raised:
        Processes(wanted, 1)
    assert raised.value.exit_status == ExitStatus.NO_INPUT


def test_a_process_that_can_not_start_is_said() -> None:
    def start(wanted: Wanted) -> ClassifyingProcess:
        return ClassifyingProcess(wanted, command=lambda _: ["sh", "-c", "echo no Python >&2; exit 3"])

    with pytest.raises(ModelError, match=r"builtin: .* exit status 3: no Python"):
        Processes(WANTED, 1, start=start)


def test_closing_waits_for_nothing_that_is_under_way(pictures: Path) -> None:
    processes = Processes(WANTED, 1, start=deadly_process)
    processes.submit(0, batch_of(some(pictures, "hangs")))
    assert processes.wait(0.5) == []
    processes.close()


def test_a_process_that_ends_before_the_first_image_is_no_image_s_fault(pictures: Path) -> None:
    def start() -> ClassifyingProcess:
        process = ClassifyingProcess(WANTED)
        process.kill()
        return process

    with pytest.raises(DiedError, match="SIGKILL"):
        rows_carefully(0, batch_of(some(pictures, "one")), start)


def test_processes_share_the_cores_with_what_decodes() -> None:
    auto = Wanted(ModelChoice())
    assert [with_threads(auto, jobs, 8).model.threads for jobs in (1, 2, 4, 8, 16)] == [4, 2, 1, 1, 1]
    assert with_threads(WANTED, 1, 8).model == WANTED.model


def test_the_next_image_is_decoded_beside_where_there_is_a_core_for_it() -> None:
    assert [with_threads(WANTED, jobs, 4).reads_ahead for jobs in (1, 2, 3, 4, 8)] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_an_image_that_takes_all_memory_ends_its_process_and_is_a_fault(pictures: Path) -> None:
    with running(1, deadly_process) as processes:
        (result,) = all_of(processes, [batch_of(some(pictures, "one", "huge"))]).values()
    one, huge = unpack(result.rows)
    assert one.fault is None
    assert huge.fault is not None
    assert "can't be classified: its process ended with exit status 1: MemoryError" in huge.fault


def test_reading_on_to_an_image_in_a_compressed_tar_is_no_time_of_the_image(pictures: Path) -> None:
    with running(1, impatient_process) as processes:
        (result,) = all_of(processes, [batch_of(some(pictures, "skips"))]).values()
    assert result.faults == 0


def test_an_image_that_hangs_ends_its_process_where_nobody_waits_any_more(
    pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUNG_S", "1")
    process = deadly_process(WANTED)
    try:
        with pytest.raises(DiedError, match="ended by SIGALRM"):
            process.rows(0, batch_of(some(pictures, "hangs")))
    finally:
        process.close()


def test_a_process_that_can_not_be_begun_again_is_one_message(pictures: Path) -> None:
    started: list[ClassifyingProcess] = []

    def start(wanted: Wanted) -> ClassifyingProcess:
        if started:
            return ClassifyingProcess(wanted, command=lambda _: ["/nowhere/python"])
        started.append(deadly_process(wanted))
        return started[0]

    with (
        running(1, start) as processes,
        pytest.raises(ModelError, match=r"but it can't be started: No such file or directory"),
    ):
        all_of(processes, [batch_of(some(pictures, "aborts"))])


def test_processes_that_end_before_any_image_are_one_message(pictures: Path) -> None:
    started: list[ClassifyingProcess] = []

    def start(wanted: Wanted) -> ClassifyingProcess:
        started.append(ClassifyingProcess(wanted))
        started[-1].kill()
        return started[-1]

    with (
        running(1, start) as processes,
        pytest.raises(
            ModelError, match="expected a process that classifies, but its process was ended by SIGKILL"
        ),
    ):
        all_of(processes, [batch_of(some(pictures, "one"))])
