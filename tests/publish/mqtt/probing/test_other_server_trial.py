"""Whether a server knows what another one keeps."""

import pytest

from edgeclassify.contract.outgoing import Message
from edgeclassify.publish.mqtt.link.received import Arrived
from edgeclassify.publish.mqtt.probing.findings import Findings, Lack
from edgeclassify.publish.mqtt.probing.other_server_trial import GIVEN_UP_S, KEPT_S, OtherServerTrial
from edgeclassify.publish.mqtt.probing.tried import Tried
from tests.publish.mqtt.probing.brokers import TOPICS, KeepingBroker

NOW = Message(TOPICS.info, b'{"session":"2"}', 1, True)


def made(
    broker: KeepingBroker, tried: Tried | None = None, elsewhere: bytes = NOW.payload
) -> tuple[OtherServerTrial, Findings]:
    findings = Findings("broker b:1883", TOPICS.announce_all)
    tried = Tried() if tried is None else tried
    return OtherServerTrial(broker, TOPICS, tried, findings, elsewhere=elsewhere, clock=broker.clock), findings


def after(broker: KeepingBroker, seconds: float) -> Findings:
    trial, findings = made(broker)
    trial.begin()
    broker.send(NOW)
    broker.run(trial, seconds)
    return findings


@pytest.mark.parametrize(
    ("kept", "lacks"),
    [
        ({TOPICS.info: NOW.payload}, []),
        ({}, [Lack.SERVERS]),
        ({TOPICS.info: b'{"session":"1"}'}, [Lack.SERVERS]),  # as it was when the node was here last
    ],
)
def test_what_is_kept_comes_before_what_is_sent(kept: dict[str, bytes], lacks: list[Lack]) -> None:
    broker = KeepingBroker()
    broker.kept = kept
    assert after(broker, 10).lacks == lacks
    assert broker.said == ["subscribe info", "publish info", "unsubscribe info"]


def test_what_comes_a_little_later_counts_as_well() -> None:
    broker = KeepingBroker(gives=())
    trial, findings = made(broker)
    trial.begin()
    broker.send(NOW)
    broker.run(trial, KEPT_S - 0.5)
    assert findings.lacks is None
    assert trial.heard(Arrived(TOPICS.info, NOW.payload, retained=True))
    broker.run(trial, 0.5)
    assert findings.lacks == []


def test_where_nothing_may_be_read_nothing_is_said() -> None:
    broker = KeepingBroker(reads=False, gives=())
    assert after(broker, GIVEN_UP_S + 1).lacks is None
    assert broker.said[-1] == "unsubscribe info"
    refusing = KeepingBroker(refuses=(TOPICS.info,))
    assert after(refusing, GIVEN_UP_S + 1).lacks is None
    assert "unsubscribe info" not in refusing.said


def test_until_it_begins_and_when_it_has_ended_it_does_nothing() -> None:
    broker = KeepingBroker()
    trial, _ = made(broker)
    broker.run(trial, 60)
    assert broker.said == []
    assert not trial.heard(Arrived(TOPICS.health, b"{}", retained=False))
    assert not trial.denied(TOPICS.health)
    assert not trial.acknowledged(1, None)
    trial.begin()
    broker.send(NOW)
    broker.run(trial, 10)
    broker.run(trial, 60)
    assert broker.said.count("unsubscribe info") == 1


def test_what_has_changed_since_the_other_server_was_told_says_nothing() -> None:
    broker = KeepingBroker()
    broker.kept = {TOPICS.info: b'{"session":"1"}'}
    trial, findings = made(broker, elsewhere=b'{"session":"1"}')
    trial.begin()
    broker.send(NOW)
    broker.run(trial, 10)
    assert findings.lacks is None
    assert broker.said[-1] == "unsubscribe info"


def test_of_what_servers_know_of_each_other_the_last_trial_counts(caplog: pytest.LogCaptureFixture) -> None:
    findings = Findings("broker b:1883", TOPICS.announce_all)
    for lacks, found in ((True, [Lack.SERVERS]), (False, []), (True, [Lack.SERVERS])):
        findings.found(Lack.SERVERS, lacks=lacks)
        assert findings.lacks == found
    assert len(caplog.messages) == 1


def test_how_often_it_was_asked_without_an_end_is_counted() -> None:
    tried = Tried()
    for count in (1, 2):
        trial, _ = made(KeepingBroker(), tried)
        trial.begin()
        assert tried.asked == count  # the connection ended on it
    broker = KeepingBroker(reads=False, gives=())
    for _ in range(2):
        trial, _ = made(broker, tried)
        trial.begin()
        broker.run(trial, GIVEN_UP_S + 1)
        assert tried.asked == 0
    trial.begin()
    assert trial.denied(TOPICS.info)
    assert tried.asked == 0
