"""Whether a broker gives what it keeps: what is asked of it, and what is concluded, and when nothing is."""

import logging

import pytest

from edgeclassify.contract.outgoing import Message
from edgeclassify.publish.mqtt.link.received import Arrived
from edgeclassify.publish.mqtt.probing.findings import Findings, Lack
from edgeclassify.publish.mqtt.probing.retained_trial import ANSWER_S, BEGIN_S, KEPT_S, RetainedTrial
from edgeclassify.publish.mqtt.probing.tried import Tried
from tests.publish.mqtt.probing.brokers import TOPICS, KeepingBroker

ALL_OF_IT = [
    "publish probe/kept",
    "subscribe probe/kept",
    "unsubscribe probe/kept",
    "subscribe probe/+",
    "empty probe/kept",
    "unsubscribe probe/+",
]


class LateBroker(KeepingBroker):
    """Of the filters that are `late` it gives what it keeps so much later, and what is sent meanwhile after it."""

    def __init__(self, late_s: float, late: tuple[str, ...] = (TOPICS.probe, TOPICS.probes)) -> None:
        super().__init__()
        self.late_s, self.late = late_s, late

    def _later(self, what: object) -> None:
        filters = [one for one in self.late if one in self.subscribed]
        self.slow_s = self.late_s if isinstance(what, Arrived) and filters else 0.0
        super()._later(what)
        self._due.sort(key=lambda due: due[0])


def made(
    broker: KeepingBroker, tried: Tried | None = None, *, wildcards: bool = True
) -> tuple[RetainedTrial, Findings]:
    findings = Findings("broker b:1883", TOPICS.announce_all)
    trial = RetainedTrial(
        broker, TOPICS, tried or Tried(), findings, unanswered=lambda: broker.unanswered, wildcards=wildcards,
        clock=broker.clock, mark="01234567",
    )  # fmt: skip
    return trial, findings


@pytest.mark.parametrize("slow_s", [0.0, 2.5])
@pytest.mark.parametrize(
    ("gives", "lacks"),
    [
        ((TOPICS.probe, TOPICS.probes), []),
        ((TOPICS.probe,), [Lack.WILDCARDS]),
        ((), [Lack.RETAINED]),
    ],
)
def test_what_is_given_and_what_is_not(gives: tuple[str, ...], lacks: list[Lack], slow_s: float) -> None:
    broker, tried = KeepingBroker(gives=gives, slow_s=slow_s), Tried()
    trial, findings = made(broker, tried)
    assert findings.lacks is None
    broker.run(trial, 60)
    assert findings.lacks == lacks
    assert broker.said == ALL_OF_IT
    assert broker.kept == {}
    assert broker.subscribed == []
    assert tried == Tried(attempts=1, done=True, kept=False)


def test_it_begins_when_the_connection_stands_and_all_is_delivered() -> None:
    broker = KeepingBroker()
    trial, _ = made(broker)
    broker.run(trial, BEGIN_S)
    assert broker.said == []
    broker.run(trial, 60, idle=False)
    assert broker.said == []
    broker.run(trial, 0.25)
    assert broker.said == ALL_OF_IT[:1]


def test_where_nothing_can_be_read_a_silence_says_nothing() -> None:
    broker, tried = KeepingBroker(gives=(), reads=False), Tried()
    trial, findings = made(broker, tried)
    broker.run(trial, 60)
    assert findings.lacks is None
    assert broker.said == ALL_OF_IT
    assert tried.done


def test_what_comes_counts_though_nothing_comes_as_it_happens() -> None:
    broker = KeepingBroker(gives=(TOPICS.probe,), reads=False)
    trial, findings = made(broker)
    broker.run(trial, 60)
    assert findings.lacks == []  # of wildcards nothing is known, and nothing is said


def test_one_that_lets_nobody_publish_there_is_asked_no_more() -> None:
    broker, tried = KeepingBroker(refuses=(TOPICS.probe,)), Tried()
    trial, findings = made(broker, tried)
    broker.run(trial, 60)
    assert (findings.lacks, broker.said) == (None, ["publish probe/kept"])
    assert tried == Tried(attempts=1, done=True, kept=False)


@pytest.mark.parametrize("how", ["refuses", "ignores"])
def test_a_subscription_that_is_not_granted_says_nothing(how: str) -> None:
    refused = {how: (TOPICS.probes,)}
    broker = KeepingBroker(**refused)  # type: ignore[arg-type]
    trial, findings = made(broker)
    broker.run(trial, 60)
    assert findings.lacks == []
    assert broker.kept == {}
    assert broker.said == ALL_OF_IT


def test_one_without_wildcards_is_asked_by_topic_alone() -> None:
    broker = KeepingBroker()
    trial, findings = made(broker, wildcards=False)
    broker.run(trial, 60)
    assert findings.lacks == []
    expected = ["publish probe/kept", "subscribe probe/kept", "empty probe/kept", "unsubscribe probe/kept"]
    assert broker.said == expected


def test_what_an_earlier_trial_has_left_is_no_answer() -> None:
    broker = KeepingBroker(gives=())
    trial, findings = made(broker)
    broker.run(trial, BEGIN_S + 0.5)
    assert trial.heard(Arrived(TOPICS.probe, b"76543210", retained=True))
    broker.run(trial, 60)
    assert findings.lacks == [Lack.RETAINED]


def test_where_no_answer_comes_it_ends() -> None:
    broker, tried = KeepingBroker(ignores=(TOPICS.probe,)), Tried()
    trial, findings = made(broker, tried)
    broker.run(trial, BEGIN_S + ANSWER_S - 0.25)
    assert not tried.done
    broker.run(trial, 0.5)
    assert tried.done
    assert (findings.lacks, broker.said) == (None, ["publish probe/kept"])


def test_once_at_each_server_and_twice_where_the_connection_ended_meanwhile() -> None:
    tried = Tried()
    for attempt in (1, 2):
        broker = KeepingBroker()
        trial, _ = made(broker, tried)
        broker.run(trial, BEGIN_S + 1)
        assert len(broker.said) > 1
        tried.kept, tried.done = True, False  # as it was when the connection ended
        assert tried.attempts == attempt
    assert tried.given_up
    broker = KeepingBroker()
    trial, _ = made(broker, tried)
    broker.run(trial, 60)
    assert broker.said == []
    done = Tried(attempts=1, done=True)
    assert not done.given_up
    broker.run(made(broker, done)[0], 60)
    assert broker.said == []


def test_what_is_not_its_own_is_left_to_others() -> None:
    broker = KeepingBroker()
    trial, _ = made(broker)
    assert not trial.heard(Arrived(TOPICS.status, b"online", retained=False))
    assert not trial.denied(TOPICS.status)
    assert not trial.acknowledged(77, None)
    assert trial.denied(TOPICS.probes)
    assert KEPT_S < ANSWER_S


def test_what_is_lacking_is_said_once_with_what_to_do(caplog: pytest.LogCaptureFixture) -> None:
    findings = Findings("broker b:1883", TOPICS.announce_all)
    findings.found(Lack.WILDCARDS, lacks=False)
    assert caplog.messages == []
    for _ in range(2):
        findings.found(Lack.WILDCARDS, lacks=True)
    findings.found(Lack.WILDCARDS, lacks=False)  # another server
    findings.told(Lack.RETAINED)
    findings.found(Lack.RETAINED, lacks=True)
    assert findings.lacks == [Lack.RETAINED, Lack.WILDCARDS]
    (said,) = caplog.records
    assert said.levelno == logging.WARNING
    assert said.getMessage() == (
        "broker b:1883: it gives no retained messages to subscriptions with + or #: who subscribes so and late "
        "sees nothing of this node. Let who comes late ask for it on edgeclassify/request/announce, as "
        "`edgeclassify watch` does, or set mqtt.announce_interval_s (docs/brokers.md)."
    )


def test_its_message_ids_are_free_for_others_once_they_are_answered() -> None:
    broker = KeepingBroker()
    trial, _ = made(broker)
    mids = list[int]()
    send = broker.send

    def noted(message: Message) -> int | None:
        mid = send(message)
        mids.append(mid or 0)
        return mid

    broker.send = noted  # type: ignore[method-assign]
    broker.run(trial, 60)
    assert len(mids) == 2
    assert not any(trial.acknowledged(mid, None) for mid in mids)
    silent = KeepingBroker(ignores=(TOPICS.probe,))
    trial, _ = made(silent)
    silent.run(trial, BEGIN_S + ANSWER_S - 1)
    assert trial.acknowledged(1, None)
    assert not trial.acknowledged(1, None)
    silent = KeepingBroker(ignores=(TOPICS.probe,))
    trial, _ = made(silent)
    silent.run(trial, 60)
    assert not trial.acknowledged(1, None)  # its end, without an answer


@pytest.mark.parametrize("wildcards", [True, False])
@pytest.mark.parametrize("late_s", [KEPT_S + 0.5, KEPT_S + 2.0])
def test_what_is_kept_may_come_late_as_long_as_it_comes_before_what_happens_later(
    late_s: float, wildcards: bool
) -> None:
    broker = LateBroker(late_s)
    trial, findings = made(broker, wildcards=wildcards)
    broker.run(trial, 60)
    assert findings.lacks == []


def test_the_pattern_gives_late_what_the_topic_gave_at_once() -> None:
    broker = LateBroker(KEPT_S + 1, late=(TOPICS.probes, ""))
    trial, findings = made(broker)
    broker.run(trial, 60)
    assert findings.lacks == []
    assert findings.keeps_all


def test_it_may_be_kept_from_the_moment_at_which_it_is_sent() -> None:
    broker, tried = KeepingBroker(ignores=(TOPICS.probe,)), Tried()
    trial, _ = made(broker, tried)
    broker.run(trial, BEGIN_S)
    assert not tried.kept
    broker.run(trial, 0.5)
    assert tried.kept
    broker.run(trial, 60)  # no answer
    assert tried.given_up
