"""Requests: what is understood, what is answered with an error, what is ignored."""

import json
import logging
import sys
from typing import Any

import pytest

from edgeclassify.config import CommandsConfig
from edgeclassify.contract.topics import Topics
from edgeclassify.publish.mqtt.requests.askers import OptionTopic, ProfileTopic, ResponseTopics
from edgeclassify.publish.mqtt.requests.inbox import ANSWERS_PER_REQUEST, Inbox
from edgeclassify.types import Command, Option, OptionValue, Request, Response
from edgeclassify.types.teaching import Fit
from tests.support.clock import Clock

TOPICS = Topics("edgeclassify", "porch")
VIEWS = ("gate", "door")
ASKER = ResponseTopics()


def inbox(
    views: tuple[str, ...] = VIEWS, clock: Clock | None = None, *, has_profiles: bool = False, **config: Any
) -> Inbox:
    return Inbox(
        topics=TOPICS,
        views=views,
        config=CommandsConfig(**config),
        asker=ASKER,
        has_profiles=has_profiles,
        clock=clock or Clock(100.0),
    )


def ask(command: str, body: object = None, box: Inbox | None = None, raw: bytes | None = None) -> Any:
    payload = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
    return (box or inbox()).take(TOPICS.request(command), payload, False)


def test_subscriptions_are_narrow() -> None:
    assert set(inbox(("gate",)).subscriptions()) == {
        "edgeclassify/porch/request/+",
        "edgeclassify/porch/request/teach/+",
        "edgeclassify/porch/gate/enabled/set",
        "edgeclassify/porch/gate/threshold/set",
        "edgeclassify/porch/gate/interval/set",
        "edgeclassify/request/announce",
    }
    with_profiles = set(inbox(("gate",), has_profiles=True).subscriptions())
    assert with_profiles - set(inbox(("gate",)).subscriptions()) == {"edgeclassify/porch/profile/set"}
    assert inbox((), allow=(Command.SET,), has_profiles=True).subscriptions() == ("edgeclassify/porch/request/+",)
    assert inbox(allow=(Command.PING,)).subscriptions() == ("edgeclassify/porch/request/+",)
    assert inbox(enabled=False).subscriptions() == inbox(allow=()).subscriptions() == ()


def test_where_nothing_may_be_taught_nobody_listens_there() -> None:
    every, taught = "edgeclassify/porch/request/+", "edgeclassify/porch/request/teach/+"
    assert inbox(allow=("ping", "teach")).subscriptions() == (every, taught)
    box = inbox(allow=("teach",))
    assert box.subscriptions() == (every, taught)
    assert ask("teach/fit", box=box) == Request(Command.TEACH_FIT, teaching=Fit(), asker=ASKER)
    assert "not allowed by commands.allow" in ask("ping", box=box).error
    assert "not allowed by commands.allow" in ask("teach/fit", box=inbox(allow=("ping",))).error


@pytest.mark.parametrize("command", ["ping", "info", "models", "reload"])
def test_commands_without_arguments(command: str) -> None:
    assert ask(command) == ask(command, {}) == Request(Command(command), asker=ASKER)
    assert ask(command, {"transaction": "t-1"}) == Request(Command(command), "t-1", asker=ASKER)
    assert ask(command, {"view": "gate", "transaction": 7}) == Response(
        command, 7, {}, f"'view': {command} has no such key, expected transaction"
    )


@pytest.mark.parametrize("command", ["snapshot", "classify_now", "pause", "resume"])
def test_commands_for_a_view(command: str) -> None:
    assert ask(command, {"view": "door"}) == Request(Command(command), view="door", asker=ASKER)
    answer = ask(command, {"view": "gat", "transaction": "x"})
    expected = "view: expected one of gate, door, found 'gat'. Did you mean \"gate\"?"
    assert answer == Response(command, "x", {}, expected)
    assert "found 3" in ask(command, {"view": 3}).error


def test_a_view_that_is_not_named() -> None:
    for command in (Command.PAUSE, Command.RESUME):
        assert ask(command) == Request(command, view=None, asker=ASKER)
    for command in (Command.SNAPSHOT, Command.CLASSIFY_NOW):
        assert ask(command, box=inbox(("gate",))) == Request(command, view="gate", asker=ASKER)
        assert ask(command).error == "view: expected one of gate, door, found null"


@pytest.mark.parametrize(
    ("option", "value", "taken"),
    [
        ("enabled", True, True), ("enabled", False, False), ("enabled", "ON", True), ("enabled", "OFF", False),
        ("enabled", 1, None), ("enabled", "on", None), ("enabled", None, None),
        ("threshold", 0, 0.0), ("threshold", 1, 1.0), ("threshold", 0.7, 0.7), ("threshold", 1.0001, None),
        ("threshold", -0.1, None), ("threshold", True, None), ("threshold", "0.7", None),
        ("threshold", [0.7], None),
        ("interval", 604_800, 604_800.0), ("interval", 604_801, None), ("interval", False, None),
        ("interval", 10**400, None), ("threshold", -0.0, None), ("interval", -0.0, None),
    ],
)  # fmt: skip
def test_set(option: str, value: object, taken: object) -> None:
    found = ask("set", {"view": "gate", "option": option, "value": value, "transaction": 1})
    if taken is None:
        assert isinstance(found, Response)
        assert (found.transaction, str(found.error).partition(":")[0]) == (1, "value")
    else:
        assert found == Request(Command.SET, 1, "gate", Option(option), taken, asker=ASKER)  # type: ignore[arg-type]
        assert type(found.value) is type(taken)


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"x" * 4097, "payload: expected at most 4096 bytes, found 4097"),
        (b"\xff\xfe", "payload: expected UTF-8 text, found byte 0xff"),
        (b"{", "payload: expected a JSON object: "),
        (b"[1]", "payload: expected a JSON object, found a list with 1 entries"),
        (b"null", "payload: expected a JSON object, found null"),
        (b'{"transaction":NaN}', "payload: expected JSON, which has no NaN"),
        (b'{"transaction":1,"transaction":2}', "'transaction': expected once, found twice"),
        (b'{"transaction":true}', "transaction: expected text of at most 64 characters"),
        (b'{"transaction":1.5}', "transaction: expected text"),
        (b'{"transaction":9223372036854775808}', "transaction: expected text"),
        (b'{"transaction":"' + b"x" * 65 + b'"}', "transaction: expected text"),
        (b"[" * 4096, "payload: expected"),
    ],
)
def test_payloads_that_are_no_request(raw: bytes, error: str) -> None:
    answer = ask("ping", raw=raw)
    assert isinstance(answer, Response)
    assert (answer.command, answer.transaction) == ("ping", None)
    assert str(answer.error).startswith(error)
    assert len(str(answer.error)) < 200


def test_set_needs_finite_numbers() -> None:
    answer = ask("set", raw=b'{"view":"gate","option":"interval","value":1e999}')
    assert answer.error == "value: expected for interval seconds of 0 to 604800, found inf"


def test_unknown_commands_get_a_safe_topic_and_the_list() -> None:
    answer = ask("sett", {"transaction": 5})
    assert (answer.command, answer.transaction) == ("sett", 5)
    assert "expected one of ping, info, snapshot" in answer.error
    assert answer.error.endswith("found 'sett'. Did you mean \"set\"?")
    for name in ("", "a b", "PING", "a/b", "x" * 65, "\u732b", "teach/", "teach/A", "teach/a/b", "/teach/a"):
        assert ask(name).command == "unknown"
    answer = ask("teach/ad", {"transaction": 6})
    assert (answer.command, answer.transaction) == ("teach/ad", 6)
    assert answer.error.endswith("found 'teach/ad'. Did you mean \"teach/add\"?")


def test_commands_that_are_not_allowed() -> None:
    box = inbox(allow=(Command.PING,))
    assert ask("ping", box=box) == Request(Command.PING, asker=ASKER)
    refused = Response("reload", 1, {}, "reload: not allowed by commands.allow in this node's config")
    assert ask("reload", {"transaction": 1}, box) == refused
    assert box.take(TOPICS.option_set("gate", Option.ENABLED), b"ON", False) is None
    assert ask("ping", box=inbox(enabled=False)) is None


def test_retained_requests_and_strange_topics_are_ignored(caplog: pytest.LogCaptureFixture) -> None:
    box = inbox()
    for _ in range(3):
        assert box.take(TOPICS.request("ping"), b"", True) is None
        assert box.take(TOPICS.option_set("gate", Option.ENABLED), b"ON", True) is None
    assert caplog.text.count("ignored, for it is retained") == 1
    for topic in ("", "x", "edgeclassify/porch/request", "edgeclassify/porch/attic/enabled/set"):
        assert box.take(topic, b"ON", False) is None


def test_a_minus_before_nought_is_seen_in_a_whole_number_too() -> None:
    raw = b'{"view":"gate","option":"threshold","value":-0}'
    found = inbox().take(TOPICS.request("set"), raw, False)
    assert isinstance(found, Response)
    assert found.error == "value: expected for threshold a number of 0 to 1, found -0.0"


@pytest.mark.parametrize(
    ("option", "payload", "value"),
    [
        (Option.ENABLED, b"ON", True), (Option.ENABLED, b"OFF", False), (Option.ENABLED, b"1", None),
        (Option.THRESHOLD, b"0.7", 0.7), (Option.THRESHOLD, b" 1 ", 1.0), (Option.THRESHOLD, b"1.5", None),
        (Option.THRESHOLD, b"nan", None), (Option.THRESHOLD, b"ON", None), (Option.THRESHOLD, b"", None),
        (Option.INTERVAL, b"5e1", 50.0), (Option.INTERVAL, b"inf", None), (Option.INTERVAL, b"1_0", None),
        (Option.INTERVAL, b"1" * 33, None), (Option.INTERVAL, b"\xff", None), (Option.INTERVAL, b"-1", None),
        (Option.INTERVAL, b"-0", None), (Option.THRESHOLD, b"-0.0", None), (Option.THRESHOLD, b"0", 0.0),
    ],
)  # fmt: skip
def test_option_topics(option: Option, payload: bytes, value: OptionValue | None) -> None:
    found = inbox().take(TOPICS.option_set("gate", option), payload, False)
    expected = (
        None
        if value is None
        else Request(Command.SET, None, "gate", option, value, asker=OptionTopic("gate", option))
    )
    assert found == expected


def test_a_bad_option_is_said_once_until_a_good_one_comes(caplog: pytest.LogCaptureFixture) -> None:
    box, topic = inbox(), TOPICS.option_set("gate", Option.THRESHOLD)
    for payload in (b"x", b"y", b"0.5", b"z"):
        box.take(topic, payload, False)
    assert [r.getMessage().rpartition(" ")[2] for r in caplog.records] == ["'x'", "'z'"]


@pytest.mark.parametrize(
    ("payload", "profile"),
    [(b"away", "away"), (b" away\n", "away"), (b"none", None), (b"", None), (b"  ", None), (b"x" * 64, "x" * 64)],
)
def test_the_profile_topic(payload: bytes, profile: str | None) -> None:
    found = inbox(has_profiles=True).take(TOPICS.profile_set, payload, False)
    assert isinstance(found, Request)
    assert (found.command, found.profile, type(found.asker)) == (Command.PROFILE, profile, ProfileTopic)
    assert ask("profile", {"profile": profile}) == Request(Command.PROFILE, profile=profile, asker=ASKER)


@pytest.mark.parametrize("payload", [b"a b", b"x" * 65, b"\xff", b"x" * 5000])
def test_what_is_no_name_of_a_profile_is_said(payload: bytes, caplog: pytest.LogCaptureFixture) -> None:
    assert inbox(has_profiles=True).take(TOPICS.profile_set, payload, False) is None
    assert "profile/set: not set: profile: expected the name of a profile, or none, found" in caplog.text


def test_the_rate_is_limited(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock(100.0)
    box = inbox(clock=clock, per_minute=5)
    found = [ask("ping", {"transaction": i}, box) for i in range(5 * ANSWERS_PER_REQUEST + 10)]
    assert all(isinstance(one, Request) for one in found[:5])
    for i, one in enumerate(found[5 : 5 * ANSWERS_PER_REQUEST], 5):
        assert one == Response("ping", i, {}, "too many requests: at most 5 in a minute (commands.per_minute)")
    assert found[5 * ANSWERS_PER_REQUEST :] == [None] * 10
    assert [r.levelno for r in caplog.records] == [logging.WARNING]
    clock.now += 59.9
    assert ask("ping", box=box) is None
    clock.now += 0.2
    assert isinstance(ask("ping", box=box), Request)


def test_bad_requests_do_not_use_up_the_good_ones() -> None:
    box = inbox(per_minute=2)
    for _ in range(5):
        assert isinstance(ask("nonsense", box=box), Response)
    assert isinstance(ask("ping", box=box), Request)


def test_a_request_is_answered_where_the_files_were_replaced_under_the_daemon(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """pip can do that. It is no reason to end the connection."""
    for module in ("base", "node", "options", "teaching", "reading"):
        monkeypatch.setitem(sys.modules, f"edgeclassify.contract.requests.{module}", None)
    box, sentence = inbox(), "expected the files that edgeclassify was started with, found others"
    for _ in range(2):
        answer = ask("ping", box=box)
        assert isinstance(answer, Response)
        assert (answer.command, answer.data) == ("ping", {})
        assert answer.error is not None
        assert sentence in answer.error
        assert box.take("edgeclassify/porch/gate/enabled/set", b"ON", False) is None
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 2
    assert told[0].startswith(f"requests can't be answered: {sentence}")
    assert told[1].startswith(f"edgeclassify/porch/gate/enabled/set: not set: {sentence}")
    assert not any(record.exc_info for record in caplog.records)
