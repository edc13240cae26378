"""What a broker or a file refuses for safety's sake: said once with the reason, never "connected", outlived."""

import json
import logging
import os
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edgeclassify.config import MqttConfig
from edgeclassify.errors import ConfigError
from edgeclassify.publish.mqtt.session import refusals
from edgeclassify.publish.mqtt.sink import MqttSink
from edgeclassify.publish.spool.memory import MemorySpool
from tests.publish.conftest import StartBroker, StartObserver, StartSink
from tests.publish.records import event, layout
from tests.support.broker import HOST, Mosquitto, Observer
from tests.support.waiting import wait_for

PASSWORD = "never-in-a-log"
NOBODY = 65534
_WAITED_S = 0.6  # with back-off of 0.1 s at most: several attempts


def problems(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


# --- certificates ------------------------------------------------------------------------------------------

Issue = Callable[..., tuple[Path, Path]]


@pytest.fixture
def issue(certificates: Path, tmp_path: Path) -> Issue:
    """Makes a certificate and its key, signed by the CA of `certificates`. `end`: YYMMDDHHMMSSZ."""
    folder = tmp_path / "issued"
    folder.mkdir()
    (folder / "index.txt").write_text("")
    (folder / "serial").write_text("1000\n")
    (folder / "ca.conf").write_text(
        "[ca]\ndefault_ca=here\n[here]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\n"
        "policy=any\nx509_extensions=names\n[any]\ncommonName=supplied\n[names]\nsubjectAltName=$ENV::NAMES\n"
    )

    def run(*arguments: str, names: str) -> None:
        environment = os.environ | {"NAMES": names}
        subprocess.run(["openssl", *arguments], cwd=folder, env=environment, check=True, capture_output=True)

    def make(
        name: str, end: str = "391231235959Z", names: str = "IP:127.0.0.1,DNS:localhost"
    ) -> tuple[Path, Path]:
        run(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
            "-keyout", f"{name}.key", "-out", f"{name}.csr", names=names,
        )  # fmt: skip
        run(
            "ca", "-batch", "-config", "ca.conf", "-cert", str(certificates / "ca.pem"), "-keyfile",
            str(certificates / "ca.key"), "-in", f"{name}.csr", "-out", f"{name}.pem", "-startdate",
            "200101000000Z", "-enddate", end, names=names,
        )  # fmt: skip
        return folder / f"{name}.pem", folder / f"{name}.key"

    return make


def tls(certificates: Path, pair: tuple[Path, Path] | None = None, require: bool = False) -> str:
    """The lines of a TLS listener; `pair`: certificate and key of the broker, by default the good ones."""
    certificate, key = pair or (certificates / "server.pem", certificates / "server.key")
    return (
        f"allow_anonymous true\ncafile {certificates}/ca.pem\ncertfile {certificate}\nkeyfile {key}\n"
        f"require_certificate {'true' if require else 'false'}\n"
    )


@pytest.mark.broker
@pytest.mark.parametrize(
    ("end", "names", "reason"),
    [
        ("210101000000Z", "IP:127.0.0.1", "its certificate is not accepted: certificate has expired"),
        ("391231235959Z", "DNS:broker.example", "its certificate is not accepted: IP address mismatch"),
    ],
    ids=["expired", "another name"],
)
def test_a_broker_certificate_that_does_not_fit_until_it_does(
    start_broker: StartBroker,
    sink_on: StartSink,
    certificates: Path,
    issue: Issue,
    spool: MemorySpool,
    caplog: pytest.LogCaptureFixture,
    end: str,
    names: str,
    reason: str,
) -> None:
    wrong = start_broker(tls(certificates, issue("wrong", end, names)))
    sink = sink_on(wrong.port, wait=False, tls={"ca": certificates / "ca.pem"})
    sink.publish_event(event(1))
    time.sleep(_WAITED_S)
    assert not sink.connected
    (problem,) = problems(caplog)
    assert reason in problem
    assert "mqtt.host" in problem
    wrong.stop()
    start_broker(tls(certificates), port=wrong.port)
    wait_for(lambda: sink.connected)
    wait_for(lambda: spool.depth == 0)


@pytest.mark.broker
@pytest.mark.parametrize("version", ["tlsv1.2", "tlsv1.3"])
def test_a_client_certificate_that_has_expired(
    start_broker: StartBroker,
    sink_on: StartSink,
    certificates: Path,
    issue: Issue,
    spool: MemorySpool,
    caplog: pytest.LogCaptureFixture,
    version: str,
) -> None:
    broker = start_broker(tls(certificates, require=True) + f"tls_version {version}\n")
    cert, key = issue("old", "210101000000Z")
    sink = sink_on(broker.port, wait=False, tls={"ca": certificates / "ca.pem", "cert": cert, "key": key})
    sink.publish_event(event(1))
    time.sleep(_WAITED_S)
    assert not sink.connected
    assert spool.depth == 1
    (problem,) = problems(caplog)
    assert "expired" in problem
    assert "mqtt.tls.cert" in problem


# --- password file -------------------------------------------------------------------------------------------


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter (pytest's own are closed to others)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@contextmanager
def plain_user() -> Iterator[None]:
    """Root may read everything: as root the block runs as nobody."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def password_file(folder: Path, mode: int) -> Path:
    path = folder / "password"
    path.write_text(PASSWORD + "\n")
    path.chmod(mode)
    return path


def test_a_password_file_that_may_not_be_read_is_told_at_start(open_folder: Path) -> None:
    path = password_file(open_folder, 0o600 if os.geteuid() == 0 else 0o000)
    config = MqttConfig(host=HOST, username="porch", password_file=path)
    with plain_user(), pytest.raises(ConfigError) as raised:
        MqttSink(config=config, layout=layout({}), spool=MemorySpool())
    assert str(raised.value) == (
        f"mqtt.password_file: {path}: expected a file with the broker password, but it can't be read: "
        "Permission denied. Check the path and its rights."
    )


@pytest.mark.broker
def test_a_password_file_for_everybody_is_warned_of_once_and_used(
    start_broker: StartBroker,
    sink_on: StartSink,
    open_folder: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    broker = start_broker(users(tmp_path))
    path = password_file(open_folder, 0o644)
    with plain_user():
        sink_on(broker.port, username="porch", password_file=path)
    assert problems(caplog) == [
        f"mqtt.password_file: {path} can be read by every user of this machine (mode 644). chmod 640 {path}"
    ]
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert PASSWORD not in caplog.text


def users(folder: Path) -> str:
    """Config lines of a broker that knows the user `porch`."""
    path = folder / "users"
    path.write_text(f"porch:{PASSWORD}\n")
    subprocess.run(["mosquitto_passwd", "-U", str(path)], check=True, capture_output=True)
    return f"allow_anonymous false\npassword_file {path}\n"


# --- access rules ------------------------------------------------------------------------------------------


def seqs(observer: Observer, topic: str) -> list[int]:
    return [json.loads(payload)["seq"] for payload in observer.of(topic)]


@pytest.mark.broker
def test_one_view_is_forbidden_while_the_others_flow_until_the_rules_are_mended(
    start_broker: StartBroker,
    observe: StartObserver,
    sink_on: StartSink,
    spool: MemorySpool,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(refusals, "REFUSED_RETRY_S", 0.5)
    acl = tmp_path / "acl"
    flowing = "topic readwrite edgeclassify/porch/status\ntopic readwrite edgeclassify/porch/gate/#\n"
    acl.write_text(flowing)
    broker = start_broker(f"allow_anonymous true\nacl_file {acl}\n")
    observer = observe(broker.port)
    sink = sink_on(broker.port, labels={"gate": (), "door": ()})
    for seq in range(1, 11):
        sink.publish_event(event(seq, view="door" if seq % 2 else "gate"))
    wait_for(lambda: len(observer.of("gate/event")) == 5)
    # Two more attempts of the forbidden one, in silence.
    time.sleep(1.2)
    refused = [problem for problem in problems(caplog) if "/door/" in problem]
    assert [problem.split(":")[0].rsplit("/", 1)[1] for problem in refused] == ["event", "history"]
    assert all("refused by the broker: not authorized. Check its access rules." in text for text in refused)
    assert sink.connected
    assert [one.seq for one in spool.pending(10)] == [1, 3, 5, 7, 9]
    acl.write_text(flowing + "topic readwrite edgeclassify/porch/door/#\n")
    broker.reload()
    sink.publish_event(event(11, view="gate"))
    wait_for(lambda: spool.depth == 0)
    wait_for(lambda: len(observer.of("door/history")) == 5)
    assert seqs(observer, "door/history") == [1, 3, 5, 7, 9]
    assert seqs(observer, "gate/event") == [2, 4, 6, 8, 10, 11]


def dynamic_security(folder: Path, forbidden: str) -> str:
    """Config lines of a broker that lets everybody do everything but subscribe to one topic.

    An acl_file can't do that: with one, mosquitto grants every subscription and then delivers nothing.
    """
    found = [path for base in ("/usr/lib", "/usr/local/lib") for path in _plugins(Path(base))]
    if not found:
        pytest.skip("mosquitto_dynamic_security.so is not installed (it comes with mosquitto 2)")
    rules = folder / "dynamic-security.json"
    access = {"publishClientSend": True, "publishClientReceive": True, "subscribe": True, "unsubscribe": True}
    denied = {"acltype": "subscribeLiteral", "topic": forbidden, "priority": 1, "allow": False}
    rules.write_text(
        json.dumps(
            {
                "defaultACLAccess": access,
                "roles": [{"rolename": "node", "acls": [denied]}],
                "groups": [{"groupname": "nodes", "roles": [{"rolename": "node"}], "clients": []}],
                "anonymousGroup": "nodes",
                "clients": [],
            }
        )
    )
    return f"allow_anonymous true\nplugin {found[0]}\nplugin_opt_config_file {rules}\n"


def _plugins(base: Path) -> list[Path]:
    name = "mosquitto_dynamic_security.so"
    return [*base.glob(name), *base.glob(f"*/{name}"), *base.glob(f"*/mosquitto/{name}")]


@pytest.mark.broker
def test_a_topic_that_the_node_may_not_listen_to_is_said_once(
    start_broker: StartBroker,
    sink_on: StartSink,
    spool: MemorySpool,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    topic = "edgeclassify/porch/status"
    broker: Mosquitto = start_broker(dynamic_security(tmp_path, topic))
    sink = sink_on(broker.port)
    told = f"{topic}: the broker does not let this node listen here. Check its access rules."
    wait_for(lambda: told in problems(caplog))
    broker.stop()
    wait_for(lambda: not sink.connected)
    broker.start()
    wait_for(lambda: sink.connected)
    sink.publish_event(event(1))
    wait_for(lambda: spool.depth == 0)
    time.sleep(0.2)
    assert problems(caplog).count(told) == 1
