"""A time zone that the machine does not know is refused, with the one that was probably meant."""

from pathlib import Path

import pytest

from edgeclassify.config import Config, parse_config
from edgeclassify.config.values import HintedError, time_zone
from edgeclassify.errors import ConfigError


def config(**node: str) -> Config:
    return parse_config({"node": node, "camera": [{"source": "synthetic:"}]}, "test.toml", Path())


def test_a_zone_of_the_database_is_taken() -> None:
    assert config(time_zone="America/St_Johns").node.time_zone == "America/St_Johns"


def test_without_a_key_it_is_the_machines() -> None:
    assert config().node.time_zone is None


@pytest.mark.parametrize(
    "zone", ["Europe", "Europe/Berlin/Mitte", "../etc/passwd", "/etc/localtime", "Mars/Olympus"]
)
def test_what_is_no_zone_is_refused(zone: str) -> None:
    with pytest.raises(
        ConfigError, match=r"node\.time_zone: expected the name of a time zone, as in Europe/Berlin"
    ):
        config(time_zone=zone)


def test_the_zone_that_was_probably_meant_is_named() -> None:
    with pytest.raises(HintedError) as refused:
        time_zone("Europe/Berlni")
    assert refused.value.hint == 'Did you mean "Europe/Berlin"?'


def test_a_machine_without_a_zone_database_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zoneinfo.available_timezones", set)
    with pytest.raises(HintedError) as refused:
        time_zone("Mars/Olympus")
    assert refused.value.hint == "This machine has no zone database: install tzdata."
