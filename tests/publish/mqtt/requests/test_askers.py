"""Who asked over MQTT is answered by the sink there is; who wrote on an option's topic sees that topic."""

import pytest

from edgeclassify.publish.mqtt.requests.askers import OptionTopic, ProfileTopic, ResponseTopics
from edgeclassify.types import Option, Response


def test_who_asked_one_sink_is_answered_by_the_one_in_its_place() -> None:
    asker, first, second = ResponseTopics(), list[Response](), list[Response]()
    asker.answer(Response("ping", 0))  # nobody to answer yet
    asker.answered_by(first.append)
    asker.answer(Response("ping", 1))
    asker.answered_by(second.append)
    asker.answer(Response("ping", 2))
    assert (first, second) == ([Response("ping", 1)], [Response("ping", 2)])


def test_of_an_option_only_a_refusal_is_said(caplog: pytest.LogCaptureFixture) -> None:
    topic = OptionTopic("gate", Option.THRESHOLD)
    topic.answer(Response("set", None, {"value": 0.5}))
    assert caplog.text == ""
    topic.answer(Response("set", None, {}, "it is too low"))
    (record,) = caplog.records
    assert (record.levelname, record.message) == ("WARNING", "view gate, threshold: not set: it is too low")


def test_of_a_profile_too(caplog: pytest.LogCaptureFixture) -> None:
    ProfileTopic().answer(Response("profile", None, {"profile": "away"}))
    assert caplog.text == ""
    ProfileTopic().answer(Response("profile", None, {}, "there is none"))
    (record,) = caplog.records
    assert (record.levelname, record.message) == ("WARNING", "profile: not set: there is none")
