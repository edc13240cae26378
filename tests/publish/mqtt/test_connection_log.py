import logging

import pytest

from edgeclassify.publish.mqtt.connection_log import STABLE_S, ConnectionLog


def messages(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage().partition(": ")[2] for record in caplog.records]


def test_one_line_per_change(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    announcer = ConnectionLog("broker here:1883", "edgeclassify-porch")
    for reason in ("refused", "refused", "no answer", "no answer", "refused"):
        announcer.failed(reason)
    announcer.connected("5")
    announcer.lasting(STABLE_S + 1)
    announcer.ended("it broke", STABLE_S + 1)
    announcer.failed("refused")
    announcer.failed("refused")
    announcer.connected("5")
    assert messages(caplog) == [
        "refused; trying again", "no answer; trying again", "refused; trying again", "connected (MQTT 5)",
        "it broke; trying again", "refused; trying again", "connected (MQTT 5)",
    ]  # fmt: skip
    assert all(record.getMessage().startswith("broker here:1883: ") for record in caplog.records)


def test_connections_that_keep_ending_are_one_state(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    announcer = ConnectionLog("broker here:1883", "edgeclassify-porch")
    for _ in range(50):
        announcer.connected("5")
        announcer.lasting(0.1)
        announcer.ended("it broke", 0.2)
    assert len(caplog.records) == 6
    assert "edgeclassify-porch (mqtt.client_id)" in caplog.records[-1].getMessage()
    announcer.connected("5")
    announcer.lasting(1)
    assert len(caplog.records) == 6
    announcer.lasting(STABLE_S)
    announcer.lasting(STABLE_S + 1)
    announcer.ended("it broke", 3600)
    assert messages(caplog)[6:] == ["connected (MQTT 5)", "it broke; trying again"]
