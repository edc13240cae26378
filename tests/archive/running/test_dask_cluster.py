"""Batches on a real Dask cluster of this machine: scheduler and workers in processes of their own."""

import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from edgeclassify.archive.interface import Batch, Item
from edgeclassify.archive.journal.records import BatchResult
from edgeclassify.archive.packing import unpack
from edgeclassify.archive.running import dask_cluster
from edgeclassify.archive.running.classifying_process import ClassifyingProcess
from edgeclassify.archive.running.dask_cluster import DaskCluster
from edgeclassify.archive.running.interface import Runner
from edgeclassify.archive.running.processes import Processes
from edgeclassify.archive.running.scheduler import Scheduler
from edgeclassify.archive.wanted import ClassifierFacts, Wanted
from edgeclassify.errors import ClusterError
from edgeclassify.model.catalog import find_model
from edgeclassify.types import ModelChoice
from tests.archive.pictures import batch_of, picture_folder
from tests.support.broker import free_port
from tests.support.dask_cluster import LocalCluster, local_cluster
from tests.support.waiting import patient

WANTED = Wanted(ModelChoice(threads=1), top=2)
OTHER_VERSION = (
    "import importlib.metadata as metadata; plain = metadata.version\n"
    "metadata.version = lambda name: '0.0.1' if name == 'edgeclassify' else plain(name)\n"
    "from distributed.cli.dask_worker import main; main()"
)
SEES_NOTHING = (
    "from edgeclassify.archive.running import on_worker\n"
    "on_worker._unseen = lambda batch: batch.items[0].location\n"
    "from distributed.cli.dask_worker import main; main()"
)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return picture_folder(tmp_path_factory.mktemp("pictures"), 24)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[LocalCluster]:
    with local_cluster(tmp_path / "dask", 0) as cluster:
        yield cluster


def batches(pictures: Path) -> dict[int, Batch]:
    folders = sorted(pictures.glob("cam*"))
    return {number: batch_of(sorted(folder.iterdir()), folder.name) for number, folder in enumerate(folders)}


def all_of(runner: Runner, given: dict[int, Batch]) -> dict[int, BatchResult]:
    found: dict[int, BatchResult] = {}
    waiting = list(given.items())
    until = time.monotonic() + 90
    while len(found) < len(given):
        assert time.monotonic() < until
        while waiting and runner.room > 0:
            runner.submit(*waiting.pop(0))
        found |= {one.number: one for one in runner.wait(0.2)}
    return found


def test_workers_say_the_same_as_a_process_here_and_those_that_do_not_fit_are_named(
    cluster: LocalCluster, pictures: Path
) -> None:
    said: list[str] = []
    leaves = cluster.start_worker(threads=2)
    given = batches(pictures)
    with closing(Processes(WANTED, 1)) as here:
        expected = all_of(here, given)
    with closing(DaskCluster(WANTED, cluster.address, said.append, workers_s=60)) as runner:
        assert runner.room == 4
        cluster.start_worker(script=OTHER_VERSION)
        until = time.monotonic() + 60
        while not said and time.monotonic() < until:
            assert runner.wait(0.2) == []
        # One that is lost costs nothing, one that joins takes part.
        cluster.start_worker()
        for number in range(4):
            runner.submit(number, given[number])
        assert runner.room == 0
        leaves.kill()
        found = all_of(_Begun(runner), given)
    assert found == expected
    (left_out,) = [text for text in said if "is left out" in text]
    assert left_out.startswith("worker tcp://127.0.0.1:")
    assert "is left out: expected edgeclassify " in left_out
    assert "0.0.1" in left_out.partition("expected")[2]


class _Begun(Runner):
    """Four batches of it are under way already."""

    def __init__(self, runner: DaskCluster) -> None:
        self._runner = runner

    @property
    def facts(self) -> ClassifierFacts:
        return self._runner.facts

    @property
    def room(self) -> int:
        return 1

    @property
    def under_way(self) -> int:
        return 0

    def submit(self, number: int, batch: Batch) -> None:
        if number >= 4:
            self._runner.submit(number, batch)

    def wait(self, timeout_s: float) -> Sequence[BatchResult]:
        return self._runner.wait(timeout_s)

    def close(self) -> None:
        self._runner.close()


def test_a_cluster_whose_workers_lack_the_model_is_refused_by_name(
    cluster: LocalCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.start_worker()
    builtin = find_model("builtin")
    model = Path(shutil.copytree(builtin.parent, tmp_path / "models")) / builtin.name
    opened = scheduler_facts(Wanted(ModelChoice(str(model), threads=1)))
    monkeypatch.setattr(dask_cluster, "_facts_here", lambda _: opened)
    model.unlink()
    with pytest.raises(ClusterError, match="expected a worker that can take part, found none") as raised:
        DaskCluster(Wanted(ModelChoice(str(model), threads=1)), cluster.address, lambda _: None, workers_s=60)
    assert re.search(rf"worker tcp://127\.0\.0\.1:\d+: {re.escape(str(model))}", str(raised.value))


def scheduler_facts(wanted: Wanted) -> ClassifierFacts:
    process = ClassifyingProcess(wanted)
    process.close()
    return process.facts


def test_workers_that_do_not_see_the_files_are_left_out(cluster: LocalCluster, pictures: Path) -> None:
    said: list[str] = []
    cluster.start_worker(script=SEES_NOTHING)
    with closing(DaskCluster(WANTED, cluster.address, said.append, workers_s=60)) as runner:
        gone = Batch("cam", (Item(str(pictures / "gone.jpg")),))
        (result,) = all_of(runner, {7: gone}).values()
        (row,) = unpack(result.rows)
        assert row.fault is not None
        runner.submit(8, batches(pictures)[0])
        with pytest.raises(ClusterError, match="Share the folder under the same path"):
            all_of(runner, {9: batches(pictures)[1]})
    assert "to be there as it is here" in said[-1]


def test_a_scheduler_that_dies_is_said_once(cluster: LocalCluster, pictures: Path) -> None:
    cluster.start_worker()
    with closing(DaskCluster(WANTED, cluster.address, lambda _: None, workers_s=60)) as runner:
        runner.submit(0, batches(pictures)[0])
        assert cluster.scheduler is not None
        cluster.scheduler.kill()
        with pytest.raises(ClusterError, match=r"it went away\. What is done is kept"):
            all_of(runner, {1: Batch("cam", ())})


def test_a_cluster_without_workers_says_how_to_start_one(cluster: LocalCluster) -> None:
    with pytest.raises(
        ClusterError, match=r"expected workers, found none in 0\.1 s\. Start some: dask worker tcp://"
    ):
        DaskCluster(WANTED, cluster.address, lambda _: None, workers_s=0.1)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("localhost", "found 'localhost'"),
        ("http://localhost:8786", "found 'http://localhost:8786'"),
        ("tcp://127.0.0.1:{free}", "can't be reached: Connection refused"),
        ("tcp://nowhere.invalid:8786", "can't be reached: "),
    ],
)
def test_what_is_no_scheduler_is_said_at_once(address: str, why: str) -> None:
    with pytest.raises(ClusterError, match=re.escape(why)):
        Scheduler(address.format(free=free_port()))


@pytest.mark.parametrize(
    ("said", "why"), [(b"SSH-2.0-OpenSSH\r\n", "another kind of server"), (b"hi", "no word"), (b"", "no word")]
)
def test_another_server_is_told_from_a_scheduler(said: bytes, why: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        known = threading.Event()

        def greet() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(said)
                known.wait(patient(30))

        thread = threading.Thread(target=greet)
        thread.start()
        with pytest.raises(ClusterError, match=why):
            Scheduler(f"tcp://127.0.0.1:{server.getsockname()[1]}", connect_s=0.3)
        known.set()
        thread.join()


class _Late:
    """A client of which so many answers are lost."""

    def __init__(self, lost: int, status: str = "running") -> None:
        self.lost, self.status, self.asked = lost, status, 0

    def nthreads(self) -> dict[str, int]:
        self.asked += 1
        if self.asked <= self.lost:
            raise TimeoutError
        return {"tcp://a:1": 2}


def _scheduler(client: _Late) -> Scheduler:
    scheduler = Scheduler.__new__(Scheduler)
    scheduler.address, scheduler._client = "tcp://a:8786", client  # noqa: SLF001
    return scheduler


def test_an_answer_that_is_lost_is_asked_for_once_more() -> None:
    assert _scheduler(_Late(1)).threads() == {"tcp://a:1": 2}
    for lost, status, asked in ((2, "running", 2), (0, "closed", 0)):
        client = _Late(lost, status)
        with pytest.raises(ClusterError, match="went away"):
            _scheduler(client).threads()
        assert client.asked == asked


class _Gone:
    status = "lost"


def test_a_worker_that_went_away_while_it_opened_the_model_is_asked_again() -> None:
    runner = DaskCluster.__new__(DaskCluster)
    runner._scheduler = _scheduler(_Late(0))  # noqa: SLF001
    runner._workers, runner._left_out = {"tcp://a:1": dask_cluster._Worker(1)}, {}  # noqa: SLF001
    runner._failed("tcp://a:1", dask_cluster._OPENING, _Gone())  # noqa: SLF001
    assert (runner._workers, runner._left_out) == ({}, {})  # noqa: SLF001
