"""`edgeclassify ingest` as a process of its own, against a real mosquitto and a real PostgreSQL."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from edgeclassify.errors import ExitStatus
from edgeclassify.ingest.buffer import Buffer
from tests.support.broker import HOST, Mosquitto, Observer, deaf_port
from tests.support.postgres import PASSWORD, Cluster, running_cluster
from tests.support.waiting import patient, wait_for

COMMAND = [sys.executable, "-m", "edgeclassify", "ingest"]
StartIngest = Callable[..., "Ingest"]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def url(cluster: Cluster) -> str:
    return cluster.new_database("fleet")


class Ingest:
    """The command, running; `log` is what it has said."""

    def __init__(self, folder: Path, url: str, *options: str, **environment: str) -> None:
        self._err = folder / "ingest.err"
        with self._err.open("ab") as err:
            self.process = subprocess.Popen(
                [*COMMAND, url, "--host", HOST, "--buffer", str(folder / "buffer"), *options],
                stdout=err, stderr=err, env=os.environ | environment,
            )  # fmt: skip

    @property
    def log(self) -> str:
        return self._err.read_text()

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(patient(30))


@pytest.fixture
def start(broker: Mosquitto, tmp_path: Path, url: str) -> Iterator[StartIngest]:
    """Starts the command; returns when it listens."""
    with ExitStack() as stack:

        def started(*options: str, folder: Path = tmp_path, url: str = url, listens: bool = True) -> Ingest:
            before = (folder / "ingest.err").read_text() if (folder / "ingest.err").exists() else ""
            ingest = Ingest(folder, url, "--port", str(broker.port), *options)
            stack.callback(ingest.process.wait)
            stack.callback(ingest.process.kill)
            if listens:
                wait_for(lambda: "listening to edgeclassify/+" in ingest.log[len(before) :], 60)
            return ingest

        yield started


@pytest.fixture
def sender(broker: Mosquitto) -> Iterator[Observer]:
    sender = Observer(broker.port, "nothing").start()
    yield sender
    sender.stop()


def payload(seq: int, **changes: Any) -> bytes:
    body = {"v": 1, "event_type": "start", "label": "cat", "score": 0.5, "seq": seq, "id": f"i{seq}"}
    return json.dumps(body | {"ts": "2026-11-23T07:16:39.855Z", "why": {}} | changes).encode()


def send(sender: Observer, *numbers: int, node: str = "porch", topic: str = "event") -> None:
    for seq in numbers:
        sender.publish(f"edgeclassify/{node}/gate/{topic}", payload(seq), retain=False)


def rows(url: str, query: str = "SELECT seq FROM edgeclassify_events ORDER BY node, seq") -> list[Any]:
    try:
        with psycopg.connect(url) as connection:
            return [row[0] if len(row) == 1 else row for row in connection.execute(query).fetchall()]
    except psycopg.Error:
        return []


@pytest.mark.broker
def test_events_come_in_once_whatever_comes_twice(start: StartIngest, sender: Observer, url: str) -> None:
    ingest = start()
    send(sender, 1, 2, 3)
    send(sender, 3, 4, topic="history")
    sender.publish("edgeclassify/porch/status", b"offline", retain=True)
    sender.publish("edgeclassify/porch/health", b'{"v":1,"fps":2.5}', retain=True)
    sender.publish("edgeclassify/porch/gate/event", b"what?", retain=False)
    wait_for(lambda: rows(url) == [1, 2, 3, 4] and rows(url, "SELECT messages FROM edgeclassify_refusals"))
    both = "SELECT live, late FROM edgeclassify_events ORDER BY seq"
    assert rows(url, both) == [(True, False), (True, False), (True, True), (False, True)]
    assert rows(url, "SELECT node FROM edgeclassify_offline") == ["porch"]
    wait_for(lambda: rows(url, "SELECT fps FROM edgeclassify_health") == [2.5])
    assert rows(url, "SELECT reason FROM edgeclassify_refused") == ["expected JSON in UTF-8, found b'what?'"]
    assert ingest.end() == ExitStatus.OK
    assert "node porch: a message is refused" in ingest.log
    # The broker keeps what comes while nobody is there.
    send(sender, 5, 6)
    start()
    wait_for(lambda: rows(url) == [1, 2, 3, 4, 5, 6])


@pytest.mark.broker
def test_kills_at_random_lose_nothing_and_double_nothing(start: StartIngest, sender: Observer, url: str) -> None:
    chance = random.Random(3)
    wanted: list[int] = []
    ingest = start()
    for _ in range(4):
        numbers = range(len(wanted) + 1, len(wanted) + 201)
        wanted += numbers
        half = chance.randrange(200)
        send(sender, *numbers[:half])
        time.sleep(chance.random() * 0.3)
        ingest.end(signal.SIGKILL)
        send(sender, *numbers[half:])
        ingest = start()
    wait_for(lambda: rows(url) == wanted, 60)
    assert rows(url, "SELECT count(*) FROM edgeclassify_holes") == [0]


@pytest.mark.broker
def test_a_database_that_is_away_is_waited_for(
    start: StartIngest, sender: Observer, cluster: Cluster, url: str
) -> None:
    ingest = start()
    send(sender, *range(1, 101))
    cluster.stop(signal.SIGQUIT)  # as in a crash, in the middle of whatever goes on
    try:
        send(sender, *range(101, 201))
        wait_for(lambda: "Events wait in the buffer" in ingest.log)
        ingest.end(signal.SIGKILL)
        # It starts without a database, too.
        ingest = start()
        send(sender, *range(201, 301))
    finally:
        cluster.start()
    wait_for(lambda: rows(url) == [*range(1, 301)], 60)
    wait_for(lambda: "the database takes events again" in ingest.log)
    assert ingest.end() == ExitStatus.OK


@pytest.mark.broker
def test_a_full_buffer_leaves_the_rest_to_the_broker(
    start: StartIngest, sender: Observer, cluster: Cluster, url: str
) -> None:
    cluster.stop()
    try:
        ingest = start("--buffer-bytes", "65536")
        send(sender, *range(1, 601))
        wait_for(lambda: "as many bytes as it may have (--buffer-bytes)" in ingest.log)
    finally:
        cluster.start()
    wait_for(lambda: rows(url) == [*range(1, 601)], 60)
    assert ingest.log.count("takes nothing: it has as many bytes") == 1
    wait_for(lambda: "takes messages again" in ingest.log)


@pytest.mark.broker
def test_members_of_a_group_share_the_work(start: StartIngest, sender: Observer, url: str, tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "other"]
    for folder in folders:
        folder.mkdir()
    sender.publish("edgeclassify/porch/status", b"online", retain=True)
    ingests = [start("--group", "fleet", folder=folder) for folder in folders]
    send(sender, *range(1, 101))
    wait_for(lambda: rows(url) == [*range(1, 101)])
    wait_for(lambda: rows(url, "SELECT online FROM edgeclassify_now") == [True])
    for ingest in ingests:
        assert ingest.end() == ExitStatus.OK
        assert int(ingest.log.rpartition(" messages written")[0].rpartition(" ")[2]) >= 10


@pytest.mark.broker
@pytest.mark.parametrize("protocol", ["auto", "3.1.1"])
def test_one_that_leaves_a_group_takes_its_share_along(
    start: StartIngest, sender: Observer, broker: Mosquitto, url: str, tmp_path: Path, protocol: str
) -> None:
    group = ("--group", "fleet") if protocol == "auto" else ()
    config = tmp_path / "c.toml"
    config.write_text(
        f'[mqtt]\nhost = "{HOST}"\nport = {broker.port}\nprotocol = "{protocol}"\n\n'
        '[[camera]]\nsource = "synthetic:"'
    )

    def run(*options: str) -> tuple[int, str]:
        done = subprocess.run(
            [*COMMAND, url, "--config", str(config), "--buffer", str(tmp_path / "buffer"), *options],
            capture_output=True, text=True, timeout=patient(60), check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr
        return done.returncode, done.stderr

    assert run("--for", "1", *group)[0] == ExitStatus.OK
    sender.publish("edgeclassify/porch/status", b"offline", retain=False)
    send(sender, 1, 2)
    status, log = run("--leave", "--for", "60")
    assert status == ExitStatus.OK, log
    assert "keeps nothing for this ingest any longer" in log
    assert rows(url) == [1, 2]
    # It came while nobody was there, so its time is not known.
    assert rows(url, "SELECT kept FROM edgeclassify_presence") == [True]
    send(sender, 3)
    assert run("--for", "1", *group)[0] == ExitStatus.OK
    assert rows(url) == [1, 2]


@pytest.mark.broker
def test_a_broker_that_comes_later_is_waited_for(tmp_path: Path, url: str) -> None:
    broker = Mosquitto(tmp_path)
    ingest = Ingest(tmp_path, url, "--port", str(broker.port))
    try:
        wait_for(lambda: "connection refused" in ingest.log, 30)
        assert "--port right?). It is tried again" in ingest.log
        broker.start()
        wait_for(lambda: "listening to edgeclassify/+" in ingest.log, 30)
    finally:
        ingest.end()
        broker.stop()


# --- what can't work -------------------------------------------------------------------------------------


def refused(tmp_path: Path, url: str, *options: str, **environment: str) -> tuple[int, str]:
    ingest = Ingest(tmp_path, url, *options, **environment)
    try:
        status = ingest.process.wait(patient(60))
    finally:
        ingest.process.kill()
    assert "Traceback" not in ingest.log
    return status, ingest.log


def test_a_url_that_is_none_is_one_message(tmp_path: Path) -> None:
    status, text = refused(tmp_path, f"mysql://ann:{PASSWORD}@db/fleet")
    assert (status, text.count("\n")) == (ExitStatus.USAGE, 1)
    assert "found mysql://…: only PostgreSQL is known" in text
    assert PASSWORD not in text


def test_a_database_that_is_not_there_is_one_message(tmp_path: Path, cluster: Cluster) -> None:
    status, text = refused(tmp_path, cluster.url("flete"))
    assert (status, text.count("\n")) == (ExitStatus.CONFIG, 1)
    assert "there is no such database" in text


def test_a_password_in_the_url_is_in_no_log(tmp_path: Path) -> None:
    with deaf_port() as port, deaf_port() as other:
        url = f"postgresql://ann:{PASSWORD}@{HOST}:{port}/fleet"
        status, text = refused(tmp_path, url, "--port", str(other), "--for", "1")
    assert status == ExitStatus.OK
    assert "can't be reached" in text
    assert "everybody on this machine can read it" in text
    assert PASSWORD not in text


def test_without_psycopg_the_extra_is_named(tmp_path: Path) -> None:
    (tmp_path / "psycopg.py").write_text("raise ModuleNotFoundError('no', name='psycopg')")
    status, text = refused(tmp_path, "postgresql:///fleet", PYTHONPATH=str(tmp_path))
    assert (status, text.count("\n")) == (ExitStatus.UNAVAILABLE, 1)
    assert "pip install 'edgeclassify[postgres]'" in text


def test_a_buffer_that_can_not_be_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    status, text = refused(tmp_path, "postgresql:///fleet", "--buffer", str(tmp_path / "file/buffer"))
    assert (status, text.count("\n")) == (ExitStatus.CANNOT_WRITE, 1)
    assert "--buffer" in text


def test_who_never_was_there_can_not_leave(tmp_path: Path) -> None:
    status, text = refused(tmp_path, "postgresql:///fleet", "--leave")
    assert (status, text.count("\n")) == (ExitStatus.CANNOT_WRITE, 1)
    assert "expected the buffer of the ingest that is to leave, found none" in text
    assert not (tmp_path / "buffer").exists()


def test_a_buffer_of_another_prefix_is_left_alone(tmp_path: Path) -> None:
    buffer = Buffer(tmp_path / "b.sqlite3", 1 << 20)
    buffer.note_session(replace(buffer.session, prefix="site"))
    buffer.close()
    path = str(tmp_path / "b.sqlite3")
    status, text = refused(tmp_path, "postgresql:///fleet", "--buffer", path)
    assert (status, text.count("\n")) == (ExitStatus.USAGE, 1)
    assert f"--buffer: {path}: expected one of prefix edgeclassify, found one of site: name another file" in text


def test_what_has_no_ending_is_a_folder(tmp_path: Path) -> None:
    for given, file in [("a", "a/ingest.sqlite3"), ("b.d/", "b.d/ingest.sqlite3"), ("c.db", "c.db")]:
        with deaf_port() as port, deaf_port() as other:
            url = f"postgresql://{HOST}:{port}/fleet"
            options = ("--buffer", f"{tmp_path}/{given}", "--port", str(other), "--for", "0.1")
            assert refused(tmp_path, url, *options)[0] == ExitStatus.OK
        assert (tmp_path / file).is_file()
    (tmp_path / "old").touch()
    with deaf_port() as port, deaf_port() as other:
        url = f"postgresql://{HOST}:{port}/fleet"
        assert refused(
            tmp_path, url, "--buffer", f"{tmp_path}/old", "--port", str(other), "--for", "0.1"
        )[0] == ExitStatus.OK  # fmt: skip


def test_what_does_not_fit_together_is_said(tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text('[[camera]]\nsource = "synthetic:"')
    status, text = refused(tmp_path, "postgresql:///fleet", "--config", str(config))
    assert status == ExitStatus.USAGE
    assert "ingest: expected either --config or options of the broker, found --config and --host" in text
    status, text = refused(tmp_path, "postgresql:///fleet", "--group", "a/b")
    assert status == ExitStatus.USAGE
    assert "ingest: --group: expected letters, digits, _ and -, found 'a/b'" in text
