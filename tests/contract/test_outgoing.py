import dataclasses
import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from edgeclassify.contract import encoding, outgoing
from edgeclassify.contract.outgoing import Message
from edgeclassify.contract.topics import Topics
from edgeclassify.errors import PublishError
from edgeclassify.publish.mqtt.session.event_messages import spooled_message
from edgeclassify.redaction import remember
from edgeclassify.types import Condition, LabelScore, Option, Problem, Reason, Response, Shift, Why
from tests.publish.records import T0, event, health, info, prediction, spooled, state

TOPICS = Topics("edgeclassify", "porch")
TIMES = st.floats(min_value=0, max_value=253_402_300_000)
SCORES = st.floats(min_value=0, max_value=1)


def body(message: Message) -> Any:
    return json.loads(message.payload)


def test_state_is_the_contract() -> None:
    message = outgoing.state_message(TOPICS, state())
    assert message.payload.decode() == (
        '{"v":1,"label":"open","score":0.9346,"since":"2026-11-18T11:06:40.123Z","ts":"2026-11-18T11:06:42.123Z",'
        '"seq":7,"event_id":"id-7","top":[{"label":"open","score":0.9346},{"label":"closed","score":0.05}],'
        '"model":"mobilenet_v2"}'
    )
    assert (message.topic, message.qos, message.retain) == ("edgeclassify/porch/gate/state", 1, True)
    assert message.content_type == "application/json"


def test_live_event() -> None:
    message = outgoing.event_message(TOPICS, event(812))
    assert body(message) == {
        "v": 1, "event_type": "start", "id": "id-812", "seq": 812, "label": "open", "score": 0.9346,
        "ts": "2026-11-18T11:20:12.123Z", "why": {"threshold_enter": 0.6, "confirm_s": 1.0},
    }  # fmt: skip
    assert (message.topic, message.qos, message.retain) == ("edgeclassify/porch/gate/event", 1, False)


def test_state_and_event_name_the_picture_where_there_is_one() -> None:
    named = {"origin": "2026-11-28/é 1.jpg"}
    assert (
        body(outgoing.state_message(TOPICS, state(**named)))
        == body(outgoing.state_message(TOPICS, state())) | named
    )
    assert body(outgoing.event_message(TOPICS, event(1, **named))) == (
        body(outgoing.event_message(TOPICS, event(1))) | named
    )


def test_late_event_goes_to_history_and_says_so() -> None:
    message = spooled_message(TOPICS, spooled(812), historical=True)
    assert message.topic == "edgeclassify/porch/gate/history"
    assert body(message) == body(outgoing.event_message(TOPICS, event(812))) | {"historical": True}
    assert message.retain is False


@pytest.mark.parametrize(("online", "text"), [(True, b"online"), (False, b"offline")])
def test_status_and_availability_are_plain_text(online: bool, text: bytes) -> None:
    status = outgoing.status_message(TOPICS, online)
    view = outgoing.availability_message(TOPICS, "gate", online)
    assert (status.topic, status.payload, status.qos, status.retain) == (
        "edgeclassify/porch/status",
        text,
        1,
        True,
    )
    assert (view.topic, view.payload, view.retain) == ("edgeclassify/porch/gate/availability", text, True)
    assert status.content_type == view.content_type == "text/plain"


def test_problems_say_what_is_wrong_and_how_far_the_camera_was_moved() -> None:
    moved = Condition((Problem.MOVED, Problem.DARK), Shift(0.052, -0.1), realigned=True)
    message = outgoing.condition_message(TOPICS, "gate", moved)
    assert (message.topic, message.qos, message.retain) == ("edgeclassify/porch/gate/problems", 1, True)
    assert body(message) == {
        "v": 1, "problems": ["moved", "dark"], "moved_by": {"x": 0.052, "y": -0.1}, "realigned": True,
    }  # fmt: skip
    assert body(outgoing.condition_message(TOPICS, "gate", Condition())) == {
        "v": 1, "problems": [], "realigned": False,
    }  # fmt: skip


def test_a_state_with_another_problem_is_a_change() -> None:
    trusted = state()
    assert outgoing.same_situation(trusted, replace(trusted, score=0.7))
    assert not outgoing.same_situation(trusted, replace(trusted, problems=(Problem.DARK,)))


def test_info_names_versions_and_models() -> None:
    content = body(outgoing.info_message(TOPICS, info()))
    assert content["contract"] == content["v"] == 1
    assert content["started"] == "2026-11-18T11:06:40.123Z"
    assert content["views"] == ["gate"]
    assert content["models"][0]["sha256"] == "ab" * 32
    assert content["models"][0]["runtime"] == "litert 2.3.0"


def test_health_has_every_figure_and_null_for_the_unknown() -> None:
    content = body(outgoing.health_message(TOPICS, health()))
    assert set(content) == {"v", *(field.name for field in dataclasses.fields(health()))}
    assert content["temperature_c"] is None
    assert content["uptime_s"] == 61.2346
    assert content["clock_synchronised"] is True


def test_result_is_best_effort_and_expires() -> None:
    message = outgoing.result_message(TOPICS, "gate", prediction())
    assert (message.topic, message.qos, message.retain) == ("edgeclassify/porch/gate/result", 0, False)
    assert message.expiry_s == outgoing.RESULT_EXPIRY_S
    assert body(message)["top"][0] == {"index": 2, "label": "open", "score": 0.9346}
    assert body(message)["frame"] == 5


@pytest.mark.parametrize(("shown", "expected"), [("open", b"ON"), ("closed", b"OFF"), ("unknown", b"OFF")])
def test_label_topics_follow_the_state(shown: str, expected: bytes) -> None:
    messages = outgoing.label_messages(TOPICS, state(shown), {"open": "open", "ajar": "ajar"})
    assert {m.topic: m.payload for m in messages} == {
        "edgeclassify/porch/gate/label/open": expected,
        "edgeclassify/porch/gate/label/ajar": b"OFF",
    }
    assert all(m.retain and m.qos == 1 for m in messages)


def test_a_removed_topic_is_an_empty_retained_message() -> None:
    message = outgoing.removed("edgeclassify/porch/gate/state")
    assert (message.payload, message.retain, message.qos) == (b"", True, 1)


@pytest.mark.parametrize(
    ("option", "value", "text"),
    [
        (Option.ENABLED, True, b"ON"),
        (Option.ENABLED, False, b"OFF"),
        (Option.THRESHOLD, 0.65, b"0.65"),
        (Option.THRESHOLD, 1.0, b"1"),
        (Option.INTERVAL, 604800.0, b"604800"),
        (Option.INTERVAL, 86400.5, b"86400.5"),
        (Option.INTERVAL, 604799.1234, b"604799.1234"),
    ],
)
def test_options_are_plain_text(option: Option, value: float, text: bytes) -> None:
    message = outgoing.option_message(TOPICS, "gate", option, value)
    assert message.topic == f"edgeclassify/porch/gate/{option}/state"
    assert (message.payload, message.retain) == (text, True)


def test_until_when_a_view_is_snoozed() -> None:
    message = outgoing.snooze_message(TOPICS, "gate", 1_700_000_000.25)
    assert message.topic == "edgeclassify/porch/gate/snooze"
    assert (message.qos, message.retain) == (1, True)
    assert body(message) == {"v": 1, "until": "2023-11-14T22:13:20.250Z"}
    assert body(outgoing.snooze_message(TOPICS, "gate", None)) == {"v": 1, "until": None}


def test_which_profile_is_on() -> None:
    message = outgoing.profile_message(TOPICS, "away")
    assert message.topic == "edgeclassify/porch/profile/state"
    assert (message.payload, message.qos, message.retain) == (b"away", 1, True)
    assert outgoing.profile_message(TOPICS, None).payload == b"none"


def test_answers_carry_their_transaction_and_their_error() -> None:
    message = outgoing.response_message(TOPICS, Response("ping", "t-1", {"ts": "now"}))
    assert message.topic == "edgeclassify/porch/response/ping"
    assert not message.retain
    assert body(message) == {"v": 1, "transaction": "t-1", "status": "ok", "data": {"ts": "now"}, "error": None}
    refused = body(outgoing.response_message(TOPICS, Response("ping", None, {}, "no")))
    assert (refused["status"], refused["error"]) == ("error", "no")


def test_no_answer_quotes_what_is_known_to_be_secret() -> None:
    remember({"hunter2-of-the-gate"})
    error = "camera[0].source: found 'rtsp//bob:hunter2-of-the-gate'"
    assert body(outgoing.response_message(TOPICS, Response("reload", None, {}, error)))["error"].endswith("bob:…'")


NAN_RECORDS: list[Callable[[float], Message]] = [
    lambda bad: outgoing.state_message(TOPICS, state(score=bad)),
    lambda bad: outgoing.state_message(TOPICS, state(top=(LabelScore(0, "x", bad),))),
    lambda bad: outgoing.event_message(TOPICS, event(1, score=bad)),
    lambda bad: outgoing.event_message(TOPICS, event(1, why=Why(held_s=bad))),
    lambda bad: outgoing.health_message(TOPICS, health(temperature_c=bad)),
    lambda bad: outgoing.state_message(TOPICS, state(ts=bad)),
]


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("make", NAN_RECORDS)
def test_no_number_without_a_json_form(make: Callable[[float], Message], number: float) -> None:
    with pytest.raises(PublishError, match="expected a finite number, found"):
        make(number)


def test_why_may_hold_numpy_scalars() -> None:
    scalars: dict[str, Any] = {
        "threshold_enter": np.float32(0.25),
        "held_s": np.int64(3),
        "gap_s": np.float64(0.123456),
    }
    why = Why(Reason.STOPPED, **scalars)
    content = body(outgoing.event_message(TOPICS, event(1, why=why)))
    assert content["why"] == {"reason": "stopped", "threshold_enter": 0.25, "held_s": 3, "gap_s": 0.1235}


def test_why_refuses_what_is_no_json() -> None:
    with pytest.raises(PublishError, match=r"why by: expected .*, found object"):
        outgoing.event_message(TOPICS, event(1, why=Why(by=cast(str, object()))))


@settings(deadline=None)
@given(label=st.text(st.characters(codec="utf-8")), score=SCORES, ts=TIMES)
def test_any_label_survives_the_way(label: str, score: float, ts: float) -> None:
    message = outgoing.state_message(TOPICS, state(label, score=score, ts=ts, top=(LabelScore(0, label, score),)))
    content = body(message)
    assert content["label"] == content["top"][0]["label"] == label
    assert abs(content["score"] - score) <= 0.00005 + 1e-9
    moment = datetime.fromisoformat(content["ts"])
    assert abs(moment.timestamp() - ts) <= 0.0006


@settings(deadline=None)
@given(st.text())
def test_lone_surrogates_do_not_break_a_message(label: str) -> None:
    message = outgoing.event_message(TOPICS, event(1, label=label))
    assert isinstance(body(message)["label"], str)


@settings(deadline=None)
@given(TIMES)
def test_times_are_rfc_3339_with_milliseconds(ts: float) -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", encoding.rfc3339(ts))


@pytest.mark.parametrize("ts", [1e18, -1e15])
def test_a_time_outside_the_calendar_is_refused(ts: float) -> None:
    with pytest.raises(PublishError, match="time"):
        encoding.rfc3339(ts)


def test_topics_start_with_prefix_and_node() -> None:
    topics = Topics("home/ground", "porch")
    names = [topics.status, topics.info, topics.health, topics.result("gate"), topics.history("gate")]
    assert all(name.startswith("home/ground/porch/") for name in names)


def test_timestamp_of_records() -> None:
    assert encoding.rfc3339(T0) == "2026-11-18T11:06:40.123Z"
    assert encoding.rfc3339(0.9996) == "1970-01-01T00:00:01.000Z"
