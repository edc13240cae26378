"""Home Assistant's MQTT integration is set up for every test, and may not complain of what it is sent."""

import logging
from collections.abc import Iterator
from typing import Literal

import pytest

WATCHED = ("homeassistant.components", "homeassistant.helpers", "homeassistant.core", "homeassistant.util")
OF_THE_PLUGIN = "homeassistant.helpers.frame"
"""Home Assistant's remarks on how its integrations are called: the test plugin's set-up of MQTT earns one."""

AT_UNLOAD = "Unable to remove unknown dispatcher <bound method MqttDiscoveryDeviceUpdateMixin"
"""Where a device trigger has been removed, and the integration is unloaded later: its listener goes twice."""


@pytest.fixture
def expected_lingering_timers() -> bool:
    """The plugin's stand-in for the network client leaves its keep-alive timer behind."""
    return True


@pytest.fixture(autouse=True)
def no_complaints(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test in which Home Assistant logs a warning or an error."""
    yield
    phases: tuple[Literal["setup", "call"], ...] = ("setup", "call")
    complaints = [
        f"{record.name}: {record.getMessage()}"
        for phase in phases
        for record in caplog.get_records(phase)
        if record.levelno >= logging.WARNING and record.name.startswith(WATCHED) and record.name != OF_THE_PLUGIN
        if not record.getMessage().startswith(AT_UNLOAD)
    ]
    assert not complaints
