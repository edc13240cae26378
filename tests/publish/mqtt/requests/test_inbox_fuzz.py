"""Whatever arrives is a Request, a Response that can be sent, or ignored: 10,000 cases in all."""

import json
import logging
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from edgeclassify.config import CommandsConfig
from edgeclassify.contract.outgoing import response_message
from edgeclassify.contract.topics import Topics
from edgeclassify.publish.mqtt.requests.askers import OptionTopic, ResponseTopics
from edgeclassify.publish.mqtt.requests.inbox import Inbox
from edgeclassify.types import Command, Option, Request, Response

TOPICS = Topics("edgeclassify", "porch")
VIEWS = ("gate", "door")
MOST_ANSWER_BYTES = 2000


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    logger = logging.getLogger("edgeclassify.publish.mqtt.requests.inbox")
    logger.disabled = True
    yield
    logger.disabled = False


def check(topic: str, payload: bytes, retain: bool = False) -> Request | Response | None:
    found = Inbox(topics=TOPICS, views=VIEWS, config=CommandsConfig(), asker=ResponseTopics()).take(
        topic, payload, retain
    )
    if isinstance(found, Response):
        message = response_message(TOPICS, found)
        assert found.error
        assert len(message.payload) <= MOST_ANSWER_BYTES
        assert message.topic.startswith("edgeclassify/porch/response/")
        assert not set(message.topic) & set("+# \0")
        json.loads(message.payload)
    elif found is not None:
        assert isinstance(found, Request)
        assert found.view is None or found.view in VIEWS
        assert (found.option is None) is (found.value is None) is (found.command is not Command.SET)
    return found


def cases(number: int) -> settings:
    health = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
    return settings(
        max_examples=number, derandomize=True, deadline=None, database=None, suppress_health_check=health
    )


COMMANDS = st.sampled_from([str(command) for command in Command])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=80)
    | st.sampled_from(["gate", "door", "enabled", "threshold", "interval", "ON", "OFF", 10**30, -(2**63)]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
KEYS = st.sampled_from(["transaction", "view", "option", "value"])


@cases(2500)
@given(COMMANDS, st.binary(max_size=300))
def test_bytes(command: str, payload: bytes) -> None:
    assert check(TOPICS.request(command), payload) is not None


@cases(3500)
@given(COMMANDS, st.dictionaries(KEYS | st.text(max_size=50), VALUES, max_size=5))
def test_json_of_any_types(command: str, body: dict[str, object]) -> None:
    assert check(TOPICS.request(command), json.dumps(body).encode()) is not None


@cases(1000)
@given(
    COMMANDS,
    st.sampled_from(["[", '{"view":', '{"a":[', "9", "\\", '"', "\u732b", " "]),
    st.integers(1, 1_000_000),
)
def test_deep_and_huge(command: str, part: str, size: int) -> None:
    assert check(TOPICS.request(command), (part * (size // len(part) + 1)).encode()[:size]) is not None
    assert check(TOPICS.request(command), (part * 5000).encode()[: size % 4097]) is not None


@cases(1500)
@given(st.text(max_size=80), st.sampled_from([b"", b"{}", b"ON", b"\xff"]), st.booleans())
def test_odd_topics(text: str, payload: bytes, retain: bool) -> None:
    check(text, payload, retain)
    found = check(TOPICS.request(text), payload, retain)
    assert (found is None) is retain


@cases(1500)
@given(
    st.sampled_from(VIEWS),
    st.sampled_from(Option),
    st.binary(max_size=50) | st.floats().map(lambda x: str(x).encode()),
)
def test_option_topics(view: str, option: Option, payload: bytes) -> None:
    found = check(TOPICS.option_set(view, option), payload)
    assert found is None or (isinstance(found, Request) and isinstance(found.asker, OptionTopic))
