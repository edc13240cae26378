"""Home Assistant is told where the page is, where there is one that it can lead to."""

from pathlib import Path
from typing import Any

import pytest

from edgeclassify.config import Config, parse_config
from edgeclassify.daemon.publishing import announced_device, sink_key


def config(**web: Any) -> Config:
    return parse_config({"camera": [{"source": "synthetic:"}], "web": web}, "test.toml", Path())


def test_of_a_page_that_others_reach_it_has_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "gatecam")
    assert announced_device(config(enabled=True, listen="0.0.0.0"), {}).page == "http://gatecam.local:8080"
    tls = {"cert": "a.pem", "key": "a.key"}
    assert announced_device(config(enabled=True, listen="10.0.0.5", tls=tls), {}).page == "https://10.0.0.5:8080"


def test_of_others_it_has_none() -> None:
    assert announced_device(config(enabled=True), {}).page is None
    assert announced_device(config(listen="0.0.0.0"), {}).page is None


def test_a_page_that_comes_is_told() -> None:
    before, after = sink_key(config(), {}), sink_key(config(enabled=True, listen="0.0.0.0"), {})
    assert before.connection == after.connection
    assert before.shown != after.shown
