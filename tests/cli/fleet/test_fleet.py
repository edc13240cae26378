"""`edgeclassify fleet`, against a real mosquitto: played nodes, and daemons of this program."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.__main__ import main
from edgeclassify.contract.outgoing import Message
from edgeclassify.contract.topics import Topics
from edgeclassify.errors import ExitStatus
from edgeclassify.fleet import link
from tests.fleet.simulated import PREFIX, SimulatedNodes, is_silent, obeys, refuses
from tests.support.broker import HOST, Mosquitto, deaf_port, needs_mosquitto
from tests.support.waiting import patient, wait_for

pytestmark = pytest.mark.broker
ESCAPE = "\x1b]0;owned\x07\x1b[31m"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    needs_mosquitto()
    broker = Mosquitto(tmp_path).start()
    yield broker
    broker.stop()


@pytest.fixture(autouse=True)
def broker_is_near(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it has kept comes at once."""
    monkeypatch.setattr(link, "QUIET_S", 0.1)
    monkeypatch.setattr(link, "ANNOUNCED_S", 0.2)


@pytest.fixture
def fleet(broker: Mosquitto, capfd: pytest.CaptureFixture[str]) -> "Fleet":
    return Fleet(broker.port, capfd)


class Fleet:
    """Runs the command; `out` and `err` are what it printed."""

    def __init__(self, port: int, capfd: pytest.CaptureFixture[str]) -> None:
        self.port, self._capfd = port, capfd
        self.out = self.err = ""

    def __call__(self, *words: str) -> int:
        status = main(["fleet", words[0], "--host", HOST, "--port", str(self.port), *words[1:]])
        self.out, self.err = self._capfd.readouterr()
        return status

    @property
    def lines(self) -> list[str]:
        """What it printed, with one blank between words."""
        return [" ".join(line.split()) for line in self.out.splitlines()]

    def json(self, *words: str) -> Any:
        self(*words, "--json")
        return json.loads(self.out)


def test_an_order_without_anybody_is_refused(fleet: Fleet) -> None:
    with SimulatedNodes(fleet.port, ["a"]) as nodes:
        assert fleet("reload") == ExitStatus.USAGE
        assert nodes.asked == []
    assert fleet.err == (
        "edgeclassify: fleet reload: expected --where EXPRESSION, --node NAME or --all, found none of them\n"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("reload", "--all", "--where", "online"), "fleet reload: --where and --all exclude each other"),
        (("reload", "--where", "onlin"), '--where: expected a field, found "onlin" at character 1. Did you mean'),
        (("reload", "--node", "a/b"), "fleet reload: --node: expected letters, digits, _ and -, found 'a/b'"),
        (("set", "gate.threshold", "7", "--all"), "fleet set: value: expected for threshold a number of 0 to 1"),
        (("set", "gate.treshold", "0.7", "--all"), 'found \'treshold\'. Did you mean "threshold"?'),
        (("set", "a b.threshold", "0.7", "--all"), "fleet set: view: expected letters, digits, _ and -"),
        (("set", ".threshold", "0.7", "--all"), "expected the name of a view before the point"),
        (("pause", "--for", "soon", "--all"), "--for: expected a time such as 90s, 15m, 1h or 2d, found 'soon'"),
        (("pause", "--for", "31d", "--all"), "fleet pause: seconds: expected a number above 0, 2592000 at most"),
        (("profile", "a b", "--all"), "fleet profile: profile: expected the name of a profile"),
        (("reload", "--all", "--config", "x.toml"), "fleet reload: expected either --config or options"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_before_anybody_is_asked(
    capfd: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    with deaf_port() as port:  # there is no broker to be asked
        status = main(["fleet", words[0], "--port", str(port), *words[1:]])
    out, err = capfd.readouterr()
    assert (status, out) == (ExitStatus.USAGE, "")
    assert said in err
    assert err.count("\n") == 1


def test_a_broker_that_is_not_there_is_said(capfd: pytest.CaptureFixture[str]) -> None:
    with deaf_port() as port:
        assert main(["fleet", "list", "--port", str(port)]) == ExitStatus.UNAVAILABLE
    assert f"broker localhost:{port}: " in capfd.readouterr().err


def test_without_nodes_there_is_nobody_to_be_asked(fleet: Fleet) -> None:
    assert fleet("reload", "--all") == ExitStatus.NO_INPUT
    assert "tells of no node below edgeclassify/, and none has announced itself. Is that their" in fleet.err


def test_an_order_is_carried_out_and_told_of(fleet: Fleet) -> None:
    parts = {"north_3": refuses("view: expected one of yard, found 'gate'"), "north_4": is_silent}
    names = ["north-1", "north-2", "north-3", "north-4", "south-1"]
    with SimulatedNodes(fleet.port, names, **parts) as nodes:
        nodes.presence("north-2", False)
        words = ("set", "gate.threshold", "0.7", "--where", "name=north-*", "--answer", "0.3")
        assert fleet(*words) == ExitStatus.SOME_FAILED
        assert fleet.lines == [
            "outcome count why nodes",
            "done 1",
            "refused 1 view: expected one of yard, found 'gate' north-3",
            "silent 1 no answer within 0.3 s north-4",
            "offline 1 north-2",
            "set gate.threshold 0.7: done by 1 of 4",
        ]
        assert fleet.err == ""
        found = fleet.json(*words)
    assert found["counts"] == {"done": 1, "refused": 1, "silent": 1, "offline": 1, "not asked": 0}
    assert (found["order"], found["stopped"]) == ("set gate.threshold 0.7", None)
    done = found["nodes"][0]
    assert 0 <= done.pop("seconds") < 10
    assert done == {"node": "north-1", "view": None, "outcome": "done", "why": None, "data": {"view": "gate"}}
    assert found["nodes"][1] == {
        "node": "north-2", "view": None, "outcome": "offline", "why": None, "data": None, "seconds": None,
    }  # fmt: skip
    assert nodes.of("south-1") == []


@pytest.mark.parametrize(
    ("words", "command", "request_"),
    [
        (("set", "enabled", "off"), "set", {"option": "enabled", "value": False}),
        (("set", "gate.interval", "2"), "set", {"option": "interval", "value": 2.0, "view": "gate"}),
        (("set", "*.interval", "2"), "set", {"option": "interval", "value": 2.0, "view": "gate"}),
        (("profile", "night"), "profile", {"profile": "night"}),
        (("pause",), "pause", {}),
        (("pause", "--view", "gate", "--for", "2h"), "pause", {"view": "gate", "seconds": 7200.0}),
        (("resume", "--view", "gate"), "resume", {"view": "gate"}),
        (("reload",), "reload", {}),
        (("announce",), "announce", {}),
        (("ping",), "ping", {}),
    ],
)  # fmt: skip
def test_each_order_is_its_request(
    fleet: Fleet, words: tuple[str, ...], command: str, request_: dict[str, Any]
) -> None:
    with SimulatedNodes(fleet.port, ["a"]) as nodes:
        assert fleet(*words, "--node", "a") == ExitStatus.OK
    ((name, asked, request),) = nodes.asked
    assert len(request.pop("transaction")) <= 64
    assert (name, asked, request) == ("a", command, request_)


def test_a_dry_run_asks_nobody(fleet: Fleet) -> None:
    with SimulatedNodes(fleet.port, ["a", "b"]) as nodes:
        assert fleet("reload", "--all", "--dry-run") == ExitStatus.OK
        assert nodes.asked == []
    assert fleet.lines[1:] == [
        "not asked 2 a, b",
        "reload: done by 0 of 2",
        "not all were asked: this is a dry run",
    ]


def test_enough_failures_are_the_end(fleet: Fleet) -> None:
    parts = {name: refuses("no") for name in "abcd"}
    with SimulatedNodes(fleet.port, list("abcd"), **parts) as nodes:
        assert fleet("reload", "--all", "--stop-after", "2", "--at-once", "1") == ExitStatus.SOME_FAILED
        assert len(nodes.asked) == 2
    assert fleet.out.endswith("reload: done by 0 of 4\nnot all were asked: 2 have failed\n")


def test_a_name_that_nobody_has_is_refused_with_the_nearest(fleet: Fleet) -> None:
    with SimulatedNodes(fleet.port, ["north-1", "south-1"]) as nodes:
        assert fleet("reload", "--node", "south-1", "--node", "nroth-1") == ExitStatus.USAGE
        assert nodes.asked == []
    assert 'found nroth-1. Did you mean "north-1"? `edgeclassify fleet list` shows those' in fleet.err


def test_where_nobody_is_meant_it_is_said(fleet: Fleet) -> None:
    with SimulatedNodes(fleet.port, ["a"]) as nodes:
        nodes.pass_on(f"{PREFIX}/b/status", b"online", retain=True)
        assert fleet("reload", "--where", "version < 1") == ExitStatus.NO_INPUT
    assert fleet.err.splitlines() == [
        "edgeclassify: 1 of 2 nodes are left out, since they have not said what --where asks for: b",
        "edgeclassify: fleet reload: --where version<1: it holds of none of 2 nodes",
    ]


def test_nothing_that_a_node_says_reaches_the_terminal_as_it_is(fleet: Fleet) -> None:
    hostile = f"{ESCAPE}[bold]x"

    def lies(nodes: SimulatedNodes, name: str, command: str, request: dict[str, Any]) -> None:
        nodes.answer(name, command, request["transaction"], error=f"{hostile}\n")

    with SimulatedNodes(fleet.port, ["a"], a=lies) as nodes:
        info = {
            "version": hostile,
            "views": [hostile],
            "models": [{"name": hostile, "sha256": hostile, "runtime": hostile}],
        }
        nodes.send(Message(Topics(PREFIX, "a").info, json.dumps(info).encode(), 1, True))
        state = {"label": hostile, "score": 1, "seq": 1}
        nodes.send(Message(Topics(PREFIX, "a").state("gate"), json.dumps(state).encode(), 1, True))
        problems = {"problems": [hostile]}
        nodes.send(Message(Topics(PREFIX, "a").problems("gate"), json.dumps(problems).encode(), 1, True))
        for name in ("b[31m", "$b"):
            nodes.pass_on(f"{PREFIX}/{name}/status", b"online", retain=True)
        for words in (
            ("list",),
            ("models",),
            ("reload", "--all"),
            ("list", "--json"),
            ("models", "--json"),
            ("reload", "--all", "--json"),
        ):
            fleet(*words)
            assert "\x1b" not in fleet.out + fleet.err, words
            assert "\x07" not in fleet.out + fleet.err, words
        assert fleet("list") == ExitStatus.OK
        assert "\\x1b" in fleet.out  # in a column that is narrow, over several lines
        assert "[bold]x" in fleet.out
        assert "b[31m " not in fleet.out
        assert "$b" not in fleet.out


def test_a_list_shows_how_nodes_are(fleet: Fleet) -> None:
    with SimulatedNodes(fleet.port, ["a", "b"]) as nodes:
        nodes.announce("b", version="1.5.0", views=("gate", "yard"))
        nodes.presence("b", False)
        assert fleet("list", "--where", "version>1.4") == ExitStatus.OK
        lines = fleet.out.splitlines()
        assert len(lines) == 2
        assert lines[1].split()[:6] == ["b", "OFFLINE", "1.5.0", "mobilenet_v2", "gate,", "yard"]
        found = fleet.json("list")
    assert [one["node"] for one in found] == ["a", "b"]
    assert found[1] == found[1] | {
        "online": False, "version": "1.5.0", "models": ["mobilenet_v2"], "views": ["gate", "yard"], "labels": {},
        "temperature_c": None, "problems": ["offline"],
    }  # fmt: skip


def test_models_that_differ_are_named(fleet: Fleet) -> None:
    with SimulatedNodes(fleet.port, ["a", "b", "c"]) as nodes:
        assert fleet("models") == ExitStatus.OK
        nodes.announce("b", sha256="cd" * 32)
        nodes.pass_on(f"{PREFIX}/d/status", b"online", retain=True)
        assert fleet("models") == ExitStatus.SOME_FAILED
        assert fleet.lines == [
            "model sha256 runtime count nodes",
            "mobilenet_v2 abababababab litert 2.3.0 2 a, c",
            "mobilenet_v2 cdcdcdcdcdcd litert 2.3.0 1 b",
            "mobilenet_v2: b run another file than most (cdcdcdcdcdcd)",
            "nothing is known of: d",
        ]
        found = fleet.json("models", "--where", "name=b or name=d")
    assert found == {
        "models": [
            {
                "name": "mobilenet_v2",
                "sha256": "cd" * 32,
                "runtime": "litert 2.3.0",
                "differs": False,
                "nodes": ["b"],
            }
        ],
        "untold": ["d"],
    }  # fmt: skip


def test_a_config_says_which_broker(broker: Mosquitto, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "edgeclassify.toml"
    config.write_text(f'[mqtt]\nhost = "{HOST}"\nport = {broker.port}\n[[camera]]\nsource = "synthetic:"\n')
    with SimulatedNodes(broker.port, ["a"]):
        assert main(["fleet", "ping", "--all", "--config", str(config)]) == ExitStatus.OK
    assert "ping: done by 1 of 1" in capfd.readouterr().out


# --- as a process of its own ------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_broken_off_it_says_what_was_done(broker: Mosquitto, number: signal.Signals) -> None:
    command = [
        sys.executable,
        "-m",
        "edgeclassify",
        "fleet",
        "reload",
        "--all",
        "--host",
        HOST,
        "--port",
        str(broker.port),
    ]
    with SimulatedNodes(broker.port, ["a", "b", "c"], b=is_silent) as nodes:
        process = subprocess.Popen(
            [*command, "--at-once", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )  # fmt: skip
        wait_for(lambda: nodes.of("b"), 30)
        process.send_signal(number)
        out, err = process.communicate(timeout=patient(20))
    assert (process.returncode, err) == (130, "")
    assert [" ".join(line.split()) for line in out.splitlines()[1:]] == [
        "done 1",
        "silent 1 it was asked, and had not answered yet b",
        "not asked 1 c",
        "reload: done by 1 of 3",
        "not all were asked: it was interrupted",
    ]


def test_on_a_terminal_a_bar_is_shown(broker: Mosquitto) -> None:
    theirs, ours = pty.openpty()
    command = [
        sys.executable,
        "-m",
        "edgeclassify",
        "fleet",
        "ping",
        "--all",
        "--host",
        HOST,
        "--port",
        str(broker.port),
    ]
    with SimulatedNodes(broker.port, ["a", "b"], b=obeys):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=ours, timeout=patient(30), check=True)
    os.close(ours)
    shown = os.read(theirs, 65_536).decode()
    os.close(theirs)
    assert "ping" in shown
    assert "2/2" in shown
    assert b"ping: done by 2 of 2" in done.stdout
