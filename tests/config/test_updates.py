"""The section on updates: what is a URL, what is a key."""

from pathlib import Path

import pytest

from edgeclassify.config import UpdatesConfig, parse_config
from edgeclassify.errors import ConfigError

KEY = "QUhKcTN2b0xkM1pjUW9XY0hPaGE3RnVmTzJIc1Q0Qm0="


def updates(**keys: object) -> UpdatesConfig:
    document = {"camera": [{"source": "synthetic:"}], "updates": {"url": "https://h/u", "public_key": KEY, **keys}}
    found = parse_config(document, "test.toml", Path("/etc/edgeclassify")).updates
    assert found is not None
    return found


@pytest.mark.parametrize("url", ["https://h/u", "http://me:secret@h:81/u", "file:/media/usb/u"])
def test_a_url(url: str) -> None:
    assert updates(url=url).url == url


@pytest.mark.parametrize("url", ["", "h/u", "ftp://h/u", "file:u", "file:/media/", "https://", "file:/a\nb"])
def test_what_is_none(url: str) -> None:
    with pytest.raises(ConfigError, match=r"updates\.url: expected"):
        updates(url=url)


@pytest.mark.parametrize(
    ("key", "found"),
    [
        (KEY, KEY),
        ("fleet.pub", "/etc/edgeclassify/fleet.pub"),
        ("/k/fleet.pem", "/k/fleet.pem"),
        ("./k", "/etc/edgeclassify/k"),
    ],
)
def test_a_key_or_its_file(key: str, found: str) -> None:
    assert updates(public_key=key).public_key == found


@pytest.mark.parametrize("key", ["", KEY[:-1], KEY[:40], "fleet"])
def test_what_is_no_key(key: str) -> None:
    with pytest.raises(ConfigError, match=r"updates\.public_key: expected"):
        updates(public_key=key)


@pytest.mark.parametrize(
    ("seconds", "is_right"), [(9.9, False), (10.0, True), (2_592_000.0, True), (2_592_001.0, False)]
)
def test_the_interval_has_bounds(seconds: float, is_right: bool) -> None:
    if is_right:
        assert updates(interval_s=seconds).interval_s == seconds
    else:
        with pytest.raises(ConfigError, match=r"updates\.interval_s: expected"):
            updates(interval_s=seconds)
