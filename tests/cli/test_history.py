"""`edgeclassify history`: of the file of this machine while it is written, and of a node over a real broker."""

import csv
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from edgeclassify.__main__ import main
from edgeclassify.cli.history import history
from edgeclassify.cli.reports.history import print_overview
from edgeclassify.config import SpoolConfig, parse_config
from edgeclassify.daemon.publishing import SinkContext, make_sinks
from edgeclassify.daemon.requests.answers import answer_with, refuse
from edgeclassify.errors import EdgeClassifyError, ExitStatus
from edgeclassify.history.answers import body_of
from edgeclassify.history.csv_lines import COLUMNS
from edgeclassify.history.file import FILE_NAME
from edgeclassify.history.interface import LoggedEvent
from edgeclassify.history.log import HistoryLog
from edgeclassify.publish.history.desk import HistoryDesk, Question
from edgeclassify.publish.home_assistant.published_topics import PublishedTopics
from edgeclassify.publish.interface import SpooledEvent
from edgeclassify.publish.spool.disk import DiskSpool
from edgeclassify.types import EventType, Reason, Request, Why
from tests.history.logged import at, logged
from tests.publish.records import event
from tests.support.broker import Mosquitto
from tests.support.waiting import patient, wait_for

CONFIG = """
[node]
name = "porch"
state_dir = "{folder}"
time_zone = "Europe/Berlin"

[mqtt]
port = {port}

[[camera]]
name = "front"
source = "synthetic:"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "edgeclassify.toml"
    path.write_text(CONFIG.format(folder=tmp_path / "state", port=1883))
    return path


@pytest.fixture
def log(tmp_path: Path) -> Iterator[HistoryLog]:
    """Open while the command reads, as a daemon has it."""
    (tmp_path / "state").mkdir()
    opened = HistoryLog(tmp_path / "state" / FILE_NAME)
    opened.write([
        logged(1, ts=at("2026-11-28T23:59"), label="cat"),
        logged(2, ts=at("2026-11-29T00:01"), label="=cat", event_type=EventType.END,
               why=Why(Reason.REPLACED, by="dog", duration_s=125.0)),
        logged(3, ts=at("2026-11-29T00:01"), label="dog"),
        logged(4, ts=at("2026-11-29T14:00"), label="dog", view="door", event_type=EventType.UPDATE),
    ])  # fmt: skip
    yield opened
    opened.close()


def run(capfd: pytest.CaptureFixture[str], config: Path, *options: str) -> str:
    assert main(["history", "--config", str(config), *options]) == ExitStatus.OK, capfd.readouterr().err
    return capfd.readouterr().out


def records(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.usefixtures("log")
def test_a_table_oldest_first_by_the_clocks_of_the_node(config: Path, capfd: pytest.CaptureFixture[str]) -> None:
    lines = run(capfd, config).splitlines()
    assert lines[0].split() == ["when", "view", "what", "label", "score", "why"]
    assert [line.split()[:5] for line in lines[1:]] == [
        ["2026-11-28", "23:59:00", "gate", "start", "cat"], ["2026-11-29", "00:01:00", "gate", "end", "=cat"],
        ["2026-11-29", "00:01:00", "gate", "start", "dog"], ["2026-11-29", "14:00:00", "door", "update", "dog"],
    ]  # fmt: skip
    assert "replaced by dog" in lines[2]


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (["--limit", "2"], [3, 4]), (["--all"], [1, 2, 3, 4]), (["--view", "door"], [4]),
        (["--label", "dog"], [3, 4]),
        (["--type", "end"], [2]), (["--since", "2026-11-29"], [2, 3, 4]),
        (["--until", "2026-11-29 00:01"], [1]),
        (["--since", "2026-11-28T22:59:00+00:00", "--until", "2026-11-29"], [1]),
        (["--label", "bird"], []),
    ],
)  # fmt: skip
def test_what_is_asked_for(
    config: Path, capfd: pytest.CaptureFixture[str], options: list[str], numbers: list[int]
) -> None:
    assert [one["seq"] for one in records(run(capfd, config, "--json", *options))] == numbers


def test_json_has_each_event_as_it_was_sent_with_its_view_and_its_picture(
    config: Path, log: HistoryLog, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    picture = tmp_path / "state" / "snapshots" / "gate" / "20261129T000100.000Z-start-dog-seq3-1.jpg"
    picture.parent.mkdir(parents=True)
    picture.touch()
    found = records(run(capfd, config, "--json", "--view", "gate"))
    assert found[2] == {**json.loads(logged(3, ts=at("2026-11-29T00:01"), label="dog").body), "view": "gate",
                        "picture": str(picture)}  # fmt: skip
    assert "picture" not in found[0]
    assert run(capfd, config).splitlines()[4] == f"    {picture}"
    assert log.last_seq == 4


@pytest.mark.usefixtures("log")
def test_csv_has_a_heading_and_no_formulas(config: Path, capfd: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(run(capfd, config, "--csv").splitlines()))
    assert tuple(rows[0]) == COLUMNS
    assert [row["label"] for row in rows] == ["cat", "'=cat", "dog", "dog"]
    assert rows[1]["duration_s"] == "125.0"
    assert run(capfd, config, "--csv", "--label", "bird").splitlines() == [",".join(COLUMNS)]


def test_every_page_of_many(config: Path, log: HistoryLog, capfd: pytest.CaptureFixture[str]) -> None:
    log.write([logged(seq) for seq in range(5, 356)])
    assert [one["seq"] for one in records(run(capfd, config, "--json", "--all"))] == list(range(1, 356))
    assert [one["seq"] for one in records(run(capfd, config, "--json", "--limit", "250"))] == list(range(106, 356))


@pytest.mark.usefixtures("log")
def test_starts_per_day_and_hour(config: Path, capfd: pytest.CaptureFixture[str]) -> None:
    found = records(run(capfd, config, "--json", "--per", "day", "--since", "2026-11-01"))
    assert [(one["name"], one["label"], one["starts"]) for one in found] == [
        ("2026-11-28", "cat", 1), ("2026-11-29", "dog", 1),
    ]  # fmt: skip
    rows = list(csv.DictReader(run(capfd, config, "--csv", "--per", "hour", "--since", "2026-11-29").splitlines()))
    assert [(row["name"], row["starts"]) for row in rows] == [("2026-11-29 00:00", "1")]
    assert "all views: starts per day" in run(capfd, config, "--per", "day", "--since", "2026-11-01")
    assert run(capfd, config, "--per", "day", "--label", "bird", "--since", "2026-11-01") == (
        "bird: nothing started\n"
    )


@pytest.mark.usefixtures("log")
def test_what_looks_like_markup_is_none(config: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(capfd, config, "--per", "day", "--label", "[/x]") == "[/x]: nothing started\n"


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize(
    ("asked", "meant"),
    [(("--label", "cats"), "cat"), (("--view", "gat"), "gate"), (("--label", "bird"), None), ((), None)],
)
@pytest.mark.parametrize("per", [(), ("--per", "day")])
def test_a_name_that_may_be_meant_is_said(
    config: Path,
    capfd: pytest.CaptureFixture[str],
    asked: tuple[str, ...],
    meant: str | None,
    per: tuple[str, ...],
) -> None:
    assert main(["history", "--config", str(config), *asked, *per, "--since", "2026-11-01"]) == ExitStatus.OK
    error = capfd.readouterr().err
    assert ("Did you mean" in error) is (meant is not None)
    assert meant is None or f"{meant}?" in error.replace('"', "")


def test_bars_are_as_long_as_there_were_starts_and_days_without_are_shown() -> None:
    counts = [
        {"begin": "", "name": "2026-11-27", "view": "gate", "label": "cat", "starts": 30},
        {"begin": "", "name": "2026-11-27", "view": "door", "label": "cat", "starts": 10},
        {"begin": "", "name": "2026-11-27", "view": "door", "label": "dog", "starts": 40},
        {"begin": "", "name": "2026-11-29", "view": "gate", "label": "dog", "starts": 20},
    ]
    console = Console(width=120, record=True, file=open(os.devnull, "w"))  # noqa: PTH123, SIM115
    print_overview({"counts": counts, "more": True}, "day", "gate", console)
    lines = console.export_text().splitlines()
    assert lines[0] == "gate: starts per day; older ones are left out"
    assert lines[1].split() == ["█", "dog", "60", "█", "cat", "40"]
    assert [line.split()[:3] for line in lines[2:]] == [
        ["Fri", "2026-11-27", "80"], ["Sat", "2026-11-28", "0"], ["Sun", "2026-11-29", "20"],
    ]  # fmt: skip
    assert [line.count("█") for line in lines[2:]] == [48, 0, 12]
    assert "cat 40, dog 40" in lines[2]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--since", "soon"], "history: --since: expected 2026-11-29"),
        (["--until", "25:00"], "found '25:00'"),
        (["--json", "--csv"], "--json and --csv exclude each other"),
        (["--all", "--limit", "3"], "--all and --limit exclude each other"),
        (["--per", "day", "--type", "end"], "--per counts starts"),
        (["--node", "+"], "history: --node: expected letters, digits, _ and -, found '+'"),
    ],
)
def test_a_command_that_makes_no_sense(
    config: Path, capfd: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    assert main(["history", "--config", str(config), *options]) == ExitStatus.USAGE
    assert said in capfd.readouterr().err


def refused(capfd: pytest.CaptureFixture[str], config: Path, status: ExitStatus, *options: str) -> str:
    assert main(["history", "--config", str(config), *options]) == status
    error = capfd.readouterr().err
    assert error.startswith("edgeclassify: ")
    assert error.count("\n") == 1
    return error


def test_no_history_is_there(config: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert "the daemon has not run with it yet" in refused(capfd, config, ExitStatus.NO_INPUT)
    config.write_text(config.read_text() + "[history]\nenabled = false\n")
    assert "history.enabled is false" in refused(capfd, config, ExitStatus.NO_INPUT)


def test_a_damaged_history(config: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / FILE_NAME).write_bytes(b"nonsense" * 1000)
    assert "it is damaged" in refused(capfd, config, ExitStatus.DATA)


@pytest.mark.skipif(os.geteuid() == 0, reason="needs a user who may not read everything, and this is root")
def test_a_history_of_another_user(
    config: Path, log: HistoryLog, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "state" / FILE_NAME).chmod(stat.S_IRGRP)
    assert "may read it, not" in refused(capfd, config, ExitStatus.NO_INPUT)


def test_the_kinds_of_events_are_those_there_are() -> None:
    [kind] = [option for option in history.params if option.name == "event_type"]
    assert list(kind.type.choices) == [str(one) for one in EventType]  # type: ignore[attr-defined]


# --- what lingers in the spool --------------------------------------------------------------------------------


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[DiskSpool]:
    """As a daemon has it: open, and locked."""
    opened = DiskSpool(tmp_path / "state", SpoolConfig())
    opened.serve(["mqtt", "history"])
    yield opened
    opened.close()


def linger(spool: DiskSpool, *events: LoggedEvent) -> None:
    for one in events:
        spool.append(SpooledEvent(one.seq, one.view, one.body))


LINGERING = (
    logged(4, ts=at("2026-11-29T14:00"), label="dog", view="door", event_type=EventType.UPDATE),
    logged(5, ts=at("2026-11-29T15:00"), label="dog", view="door"),
    logged(6, ts=at("2026-11-29T16:00"), label="bird"),
)


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ([], [1, 2, 3, 4, 5, 6]), (["--limit", "2"], [5, 6]), (["--limit", "4"], [3, 4, 5, 6]),
        (["--all"], [1, 2, 3, 4, 5, 6]), (["--view", "door"], [4, 5]), (["--label", "dog"], [3, 4, 5]),
        (["--type", "start"], [1, 3, 5, 6]), (["--since", "2026-11-29 15:00"], [5, 6]), (["--label", "bird"], [6]),
    ],
)  # fmt: skip
def test_what_lingers_in_the_spool_is_shown_with_the_rest(
    config: Path, log: HistoryLog, spool: DiskSpool, capfd: pytest.CaptureFixture[str],
    options: list[str], numbers: list[int],
) -> None:  # fmt: skip
    linger(spool, *LINGERING)
    spool.reader("mqtt").delivered([4, 5])
    spool.maintain()
    assert [one["seq"] for one in records(run(capfd, config, "--json", *options))] == numbers
    log.write(LINGERING[:2])
    assert [one["seq"] for one in records(run(capfd, config, "--json", *options))] == numbers


def test_what_lingers_is_counted_and_has_its_pictures(
    config: Path, log: HistoryLog, spool: DiskSpool, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    linger(spool, *LINGERING)
    found = records(run(capfd, config, "--json", "--per", "day", "--since", "2026-11-29"))
    assert [(one["label"], one["view"], one["starts"]) for one in found] == [
        ("dog", "door", 1), ("bird", "gate", 1), ("dog", "gate", 1),
    ]  # fmt: skip
    picture = tmp_path / "state" / "snapshots" / "gate" / "20261129T160000.000Z-start-bird-seq6-1.jpg"
    picture.parent.mkdir(parents=True)
    picture.touch()
    assert records(run(capfd, config, "--json", "--label", "bird"))[0]["picture"] == str(picture)
    assert log.last_seq == 4


def test_a_spool_alone(config: Path, spool: DiskSpool, capfd: pytest.CaptureFixture[str]) -> None:
    linger(spool, *LINGERING)
    assert [one["seq"] for one in records(run(capfd, config, "--json"))] == [4, 5, 6]
    spool.reader("history").delivered([4, 5, 6])
    spool.maintain()
    assert "the daemon has not run with it yet" in refused(capfd, config, ExitStatus.NO_INPUT)
    linger(spool, logged(7))
    config.write_text(config.read_text() + "[history]\nenabled = false\n")
    assert "history.enabled is false" in refused(capfd, config, ExitStatus.NO_INPUT)


@pytest.mark.usefixtures("log")
def test_a_spool_that_can_not_be_read_is_said(
    config: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    spool = tmp_path / "state" / "spool.sqlite3"
    spool.write_bytes(b"no database" * 1000)
    assert main(["history", "--config", str(config), "--json", "--view", "door"]) == ExitStatus.OK
    found = capfd.readouterr()
    assert [one["seq"] for one in records(found.out)] == [4]
    assert found.err == (
        f"edgeclassify: {spool}: it can't be read (file is not a database): what lingers there, of up to six "
        "hours, is not shown\n"
    )


# --- over MQTT ------------------------------------------------------------------------------------------------


class Porch:
    """A node with a history, on a real broker. What it is asked it answers as the daemon does."""

    def __init__(self, folder: Path, port: int) -> None:
        document = {
            "node": {"name": "porch", "state_dir": str(folder), "time_zone": "Europe/Berlin"},
            "mqtt": {"port": port},
            "camera": [{"name": "front", "source": "synthetic:"}],
        }
        config = parse_config(document, "test.toml", folder)
        self.desk = HistoryDesk(folder)
        self.spool = DiskSpool(folder, SpoolConfig())
        # Numbers go on above those of the history, as a spool on disk sees to.
        self.spool.append(SpooledEvent.of(event(230)))
        context = SinkContext(self.spool, PublishedTopics(None), self._take, history=self.desk)
        self.sinks = make_sinks(config, context)
        self.sinks.start()
        assert self.sinks.await_first_attempt(patient(30))

    def _take(self, request: Request) -> None:
        assert request.query is not None
        question = Question(request.query, lambda give: answer_with(lambda: body_of(give()), request))
        try:
            self.desk.ask(question)
        except EdgeClassifyError as error:
            refuse(request, str(error))

    def stop(self) -> None:
        self.sinks.stop(patient(10))
        self.spool.close()


@pytest.fixture
def porch(tmp_path: Path, broker: Mosquitto, config: Path, log: HistoryLog) -> Iterator[Porch]:
    log.write([logged(seq) for seq in range(5, 230)])
    log.close()
    config.write_text(CONFIG.format(folder=tmp_path / "elsewhere", port=broker.port))
    node = Porch(tmp_path / "state", broker.port)
    yield node
    node.stop()


@pytest.mark.broker
@pytest.mark.usefixtures("porch")
def test_a_node_is_asked_page_by_page(config: Path, capfd: pytest.CaptureFixture[str]) -> None:
    asked = records(run(capfd, config, "--node", "porch", "--json", "--all"))
    assert [one["seq"] for one in asked] == list(range(1, 231))
    assert asked[0] == {**json.loads(logged(1, ts=at("2026-11-28T23:59"), label="cat").body), "view": "gate"}
    newest = records(run(capfd, config, "--node", "porch", "--json", "--limit", "130", "--label", "open"))
    assert [one["seq"] for one in newest] == list(range(101, 231))
    found = records(
        run(capfd, config, "--node", "porch", "--json", "--per", "day", "--label", "cat", "--since", "2026-11-01")
    )
    assert [(one["name"], one["starts"]) for one in found] == [("2026-11-28", 1)]


@pytest.mark.broker
def test_a_node_that_does_not_answer(config: Path, capfd: pytest.CaptureFixture[str], porch: Porch) -> None:
    said = refused(capfd, config, ExitStatus.UNAVAILABLE, "--node", "attic")
    assert "no node attic is known there" in said
    porch.desk.answered_by(None)
    assert "node porch: no history is kept" in refused(capfd, config, ExitStatus.UNAVAILABLE, "--node", "porch")
    porch.stop()
    wait_for(lambda: "node porch is offline" in _error(capfd, config))


def _error(capfd: pytest.CaptureFixture[str], config: Path) -> str:
    main(["history", "--config", str(config), "--node", "porch"])
    return capfd.readouterr().err
