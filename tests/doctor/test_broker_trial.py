"""A trial of a real mosquitto: what fails on the way in, which topics are refused, and that nobody notices it."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from edgeclassify.doctor import broker_lacks
from edgeclassify.doctor.around import Around
from edgeclassify.doctor.broker_checks import look_at_broker
from edgeclassify.doctor.broker_lacks import lacks_by
from edgeclassify.doctor.broker_rights import node_topics
from edgeclassify.doctor.broker_steps import Step
from edgeclassify.doctor.broker_trial import BrokerTrial, Use, try_broker
from edgeclassify.doctor.interface import Standing
from edgeclassify.publish.mqtt.probing.findings import Lack
from tests.doctor.looked_at import CAMERA, around, config_of
from tests.support.broker import HOST, Mosquitto, Observer, deaf_port, mosquitto_path, needs_mosquitto
from tests.support.waiting import patient, wait_for

pytestmark = pytest.mark.broker
Start = Callable[[str], Mosquitto]
BASE = "edgeclassify/bench"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    needs_mosquitto()
    started: list[Mosquitto] = []

    def start_one(settings: str = "allow_anonymous true\n") -> Mosquitto:
        broker = Mosquitto(tmp_path, settings)
        started.append(broker.start())
        return broker

    yield start_one
    for broker in started:
        broker.stop()


def looked_at(port: int, more: str = "", host: str = HOST) -> Around:
    text = f'[node]\nname = "bench"\n[mqtt]\nhost = "{host}"\nport = {port}\n{more}\n{CAMERA}'
    return around(config_of(text))


def trial(port: int, more: str = "", host: str = HOST) -> BrokerTrial:
    config = looked_at(port, more, host).config
    assert config is not None
    return try_broker(config)


def with_rules(folder: Path, rules: str) -> str:
    """Settings by which pi may do what the rules say, and the observer all."""
    (folder / "acl").write_text(f"user pi\n{rules}\nuser watcher\ntopic readwrite #\n")
    (folder / "users").write_text("pi:pi-secret\nwatcher:watcher-secret\n")
    program = Path(mosquitto_path() or "").parent.parent / "bin/mosquitto_passwd"
    subprocess.run([str(program), "-U", str(folder / "users")], check=True, capture_output=True)
    return f"allow_anonymous false\npassword_file {folder / 'users'}\nacl_file {folder / 'acl'}\n"


def pi(folder: Path, password: str = "pi-secret") -> str:
    file = folder / "password"
    file.write_text(password)
    file.chmod(0o600)
    return f'username = "pi"\npassword_file = "{file}"'


# --- the way in --------------------------------------------------------------------------------------------


def test_a_name_that_nobody_knows() -> None:
    found = trial(1883, host="nobody.invalid")
    assert found.failed is Step.NAME
    assert "mqtt.host" in found.failure
    assert not found.connected


def test_nobody_listens() -> None:
    with deaf_port() as port:
        found = trial(port)
    assert found.failed is Step.CONNECTION
    assert "refused" in found.failure
    assert found.broker == f"{HOST}:{port}"


def test_tls_where_there_is_none(start: Start) -> None:
    assert trial(start("").port, "tls = {}").failed is Step.TLS


def test_a_password_file_that_is_not_there(tmp_path: Path) -> None:
    found = trial(1883, f'username = "pi"\npassword_file = "{tmp_path / "nothing"}"')
    assert found.failed is Step.SETTINGS
    assert "mqtt.password_file" in found.failure


def test_a_wrong_password(start: Start, tmp_path: Path) -> None:
    broker = start(with_rules(tmp_path, "topic readwrite #"))
    checked = looked_at(broker.port, pi(tmp_path, "wrong-words"))
    reached, login = look_at_broker(checked)
    assert reached.standing is Standing.OK
    assert login.check == "broker-login"
    assert login.standing is Standing.FAULT
    assert "wrong-words" not in login.found
    assert "mqtt.username" in (login.remedy or "")


# --- topics ------------------------------------------------------------------------------------------------


def test_all_is_allowed_and_nothing_is_left_there(start: Start) -> None:
    broker = start("allow_anonymous true\n")
    found = trial(broker.port)
    assert found.connected
    assert found.protocol == "5"
    assert found.daemon_there is None, "its status is not there"
    assert not found.refused
    assert found.lacks == ()
    config = looked_at(broker.port).config
    assert config is not None
    kept, events, heard = node_topics(config, wildcards=True)
    sent = [right.topic for right in found.rights if right.use is Use.SEND]
    assert sent == [f"{BASE}/trial", *kept, *events]
    assert [right.topic for right in found.rights if right.use is Use.SEND and right.allowed] == [f"{BASE}/trial"]
    assert {right.topic for right in found.rights if right.use is Use.HEAR} == {f"{BASE}/status", *heard}
    observer = Observer(broker.port, "#").start()
    observer.publish("mark", b"1", retain=False)
    _until(observer, "mark")
    assert observer.topics() == ["mark"], "nothing is kept"
    observer.stop()


def test_what_is_refused_is_named_with_what_to_write(start: Start, tmp_path: Path) -> None:
    rules = f"topic readwrite {BASE}/front/#\ntopic read {BASE}/#\ntopic read homeassistant/#"
    broker = start(with_rules(tmp_path, rules))
    observer = Observer(broker.port, "#", user="watcher").start()
    for topic in ("status", "info", "front/state"):
        observer.publish(f"{BASE}/{topic}", b"offline", retain=True)
    _until(observer, f"{BASE}/front/state")
    observer.stop()
    checked = looked_at(broker.port, pi(tmp_path))
    *_, sent, heard = look_at_broker(checked)
    assert heard.subject == "to listen"
    assert sent.standing is Standing.FAULT
    assert sent.figures is not None
    assert set(sent.figures["refused"]) == {f"{BASE}/info"}
    assert sent.figures["allowed"] == [f"{BASE}/front/state"]
    assert f"{BASE}/front/event" in sent.figures["unknown"]
    assert f"topic readwrite {BASE}/#" in (sent.remedy or "")


def test_a_new_node_that_may_write_nothing(start: Start, tmp_path: Path) -> None:
    broker = start(with_rules(tmp_path, f"topic read {BASE}/#"))
    found = trial(broker.port, pi(tmp_path))
    assert [right.topic for right in found.refused] == [f"{BASE}/trial"]


# As docs/mosquitto.md has them: what a node writes it may not read.
DOCUMENTED = (
    f"topic write {BASE}/#\ntopic read {BASE}/status\ntopic read {BASE}/request/+\n"
    "topic write homeassistant/device/bench/config\ntopic read homeassistant/status"
)


@pytest.mark.parametrize("status_is_read", [True, False])
@pytest.mark.parametrize("status", [b"online", b"offline"])
def test_what_may_not_be_read_stays_as_it_is(
    start: Start, tmp_path: Path, status: bytes, status_is_read: bool
) -> None:
    rules = DOCUMENTED if status_is_read else DOCUMENTED.replace(f"topic read {BASE}/status\n", "")
    broker = start(with_rules(tmp_path, rules))
    checked = looked_at(broker.port, pi(tmp_path))
    assert checked.config is not None
    kept, events, _ = node_topics(checked.config, wildcards=True)
    observer = Observer(broker.port, "#", user="watcher").start()
    for topic in kept:
        observer.publish(topic, status if topic == f"{BASE}/status" else b"{}", retain=True)
    _until(observer, kept[-1])
    before = len(observer.received)
    found = try_broker(checked.config)
    assert not found.refused
    assert found.daemon_there is ((status == b"online") if status_is_read else None)
    observer.publish("mark", b"1", retain=False)
    _until(observer, "mark")
    said = {one.topic for one in observer.received[before:]}
    assert said - {f"{BASE}/trial", f"{BASE}/probe/kept"} == {"mark"}
    assert found.lacks is None, "nothing can be read there"
    assert not said & {*kept, *events}
    observer.stop()
    later = Observer(broker.port, "#", user="watcher").start()
    wait_for(lambda: set(kept) <= set(later.topics()))
    later.stop()


def test_of_a_daemon_that_is_there_nothing_is_published(start: Start) -> None:
    broker = start("allow_anonymous true\n")
    observer = Observer(broker.port, "#").start()
    figures = b'{"broker_lacks":"wildcards, servers"}'
    for topic, payload in (("status", b"online"), ("health", figures), ("front/state", b"{}")):
        observer.publish(f"{BASE}/{topic}", payload, retain=True)
    _until(observer, "front/state")
    before = len(observer.received)
    found = trial(broker.port)
    observer.publish("mark", b"1", retain=False)
    _until(observer, "mark")
    assert [one.topic for one in observer.received[before:]] == ["mark"]
    assert found.daemon_there is True
    known = {right.topic: right for right in found.rights if right.use is Use.SEND}
    assert known[f"{BASE}/front/state"].allowed is True, "what is kept is proof"
    assert known[f"{BASE}/info"].allowed is None
    assert found.lacks == (Lack.WILDCARDS, Lack.SERVERS), "as the daemon itself says"
    assert known[f"{BASE}/front/event"].allowed is None
    observer.stop()


def test_of_one_that_is_away_what_is_kept_stays_as_it_is(start: Start) -> None:
    broker = start("allow_anonymous true\n")
    observer = Observer(broker.port, "#").start()
    observer.publish(f"{BASE}/status", b"offline", retain=True)
    observer.publish(f"{BASE}/front/state", b'{"v":1}', retain=True)
    _until(observer, "front/state")
    before = len(observer.received)
    found = trial(broker.port)
    observer.publish("mark", b"1", retain=False)
    _until(observer, "mark")
    own = ("mark", f"{BASE}/probe/kept")
    said = {(one.topic, one.payload) for one in observer.received[before:] if one.payload and one.topic not in own}
    assert said == {(f"{BASE}/front/state", b'{"v":1}')}
    assert not any(one.topic.endswith(("/event", "/history")) for one in observer.received)
    assert found.daemon_there is False
    events = [right for right in found.rights if right.topic.endswith("/event")]
    assert [right.allowed for right in events] == [None]
    observer.stop()
    later = Observer(broker.port, f"{BASE}/#").start()
    later.publish(f"{BASE}/mark", b"1", retain=False)
    _until(later, "mark")
    assert {one.topic: one.payload for one in later.received} == {
        f"{BASE}/status": b"offline", f"{BASE}/front/state": b'{"v":1}', f"{BASE}/mark": b"1",
    }  # fmt: skip
    later.stop()


def test_a_broker_of_3_1_1_does_not_tell(start: Start, tmp_path: Path) -> None:
    broker = start(with_rules(tmp_path, f"topic readwrite {BASE}/status"))
    found = trial(broker.port, f'{pi(tmp_path)}\nprotocol = "3.1.1"')
    assert found.connected
    assert found.protocol == "3.1.1"
    assert all(right.allowed is None for right in found.rights if right.use is Use.SEND)


def test_the_daemon_is_not_thrown_out(start: Start) -> None:
    """Its id is its own: a broker ends the older of two connections with one id."""
    broker = start("allow_anonymous true\n")
    daemon = paho.Client(CallbackAPIVersion.VERSION2, client_id="edgeclassify-bench", reconnect_on_failure=False)
    daemon.connect(HOST, broker.port)
    daemon.loop_start()
    trial(broker.port)
    said = daemon.publish("mark", b"1", qos=1)
    said.wait_for_publish(patient(10))
    assert said.is_published()
    daemon.disconnect()
    daemon.loop_stop()


def _until(observer: Observer, topic: str) -> None:
    wait_for(lambda: bool(observer.of(topic)))


@pytest.mark.parametrize(
    ("health", "lacks"),
    [
        (b'{"broker_lacks":"nothing"}', ()),
        (b'{"broker_lacks":"retained"}', (Lack.RETAINED,)),
        (b'{"broker_lacks":null}', None),
        (b"{}", None),
        (b"[]", None),
        (b"", None),
    ],
)
def test_what_the_daemon_has_found_is_told_by_its_figures(health: bytes, lacks: tuple[Lack, ...] | None) -> None:
    assert lacks_by(health) == lacks


# --- several servers -----------------------------------------------------------------------------------------


def of_several(*hosts: str) -> Around:
    text = f'[node]\nname = "bench"\n[mqtt]\nhosts = {list(hosts)}\n{CAMERA}'
    return around(config_of(text))


def test_each_server_is_tried_and_one_that_fails_among_good_ones_is_a_warning(start: Start) -> None:
    good = f"{HOST}:{start('allow_anonymous true').port}"
    with deaf_port() as port:
        dead = f"{HOST}:{port}"
        checked = of_several("nobody.invalid", good, dead)
        found = look_at_broker(checked)
    name, *rest, gone = found
    assert (name.standing, name.subject) == (Standing.WARNING, "nobody.invalid:1883")
    assert "host name not found" in name.found
    assert (name.remedy or "").startswith("Check mqtt.hosts; ")
    assert (gone.standing, gone.subject) == (Standing.WARNING, dead)
    assert "its port in mqtt.hosts right" in gone.found
    assert [one.standing for one in rest[:2]] == [Standing.OK, Standing.OK]
    assert {one.check for one in rest} >= {"broker-connection", "broker-login", "broker-topics"}
    assert all((one.subject or "").startswith(good) for one in rest)
    assert checked.config is not None
    assert try_broker(checked.config).broker == good


def test_where_all_servers_fail_each_is_a_fault() -> None:
    with deaf_port() as one, deaf_port() as other:
        checked = of_several(f"{HOST}:{one}", f"{HOST}:{other}")
        found = look_at_broker(checked)
        assert [finding.standing for finding in found] == [Standing.FAULT, Standing.FAULT]
        assert checked.config is not None
        assert try_broker(checked.config).broker == f"{HOST}:{one}"


def test_a_trial_of_what_is_kept_does_not_wait_long_for_those_of_other_servers(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker_lacks, "TURN_S", 0.1)
    broker = start("allow_anonymous true\n")
    with broker_lacks.ONE_AT_A_TIME:
        found = trial(broker.port)
    assert (found.connected, found.lacks) == (True, None)
    assert trial(broker.port).lacks == ()
