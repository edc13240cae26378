"""[web]: the page's settings."""

from pathlib import Path
from typing import Any

import pytest

from edgeclassify.config import Config, WebConfig, parse_config
from edgeclassify.errors import ConfigError

SIDES, WRONG_SIDES = (64, 4096), (63, 4097)


def config_of(**web: Any) -> Config:
    document = {"camera": [{"name": "front", "source": "synthetic:"}], "web": web}
    return parse_config(document, "test.toml", Path("/etc/edgeclassify"))


def test_there_is_none_unless_it_is_asked_for() -> None:
    assert WebConfig() == config_of().web
    assert (WebConfig().enabled, WebConfig().listen, WebConfig().port) == (False, "127.0.0.1", 8080)


@pytest.mark.parametrize(
    ("listen", "is_open"),
    [
        ("127.0.0.1", False),
        ("127.9.9.9", False),
        ("::1", False),
        ("0.0.0.0", True),
        ("::", True),
        ("10.0.0.5", True),
    ],
)
def test_others_reach_it_at_any_address_but_this_machines_own(listen: str, is_open: bool) -> None:
    assert config_of(listen=listen).web.is_open is is_open


@pytest.mark.parametrize("value", ["localhost", "", "1.2.3", "127.0.0.1:80", "*"])
@pytest.mark.parametrize("key", ["listen", "proxies"])
def test_an_address_is_a_number(key: str, value: str) -> None:
    with pytest.raises(ConfigError, match=rf"web\.{key}.*an IP address, as in 127\.0\.0\.1"):
        config_of(**{key: value if key == "listen" else [value]})


@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        ("port", (1, 65535), (0, 65536)),
        ("connections", (4, 1000), (3, 1001)),
        ("longest_side", (64, 4096), (63, 4097)),
    ],
)
def test_numbers_have_bounds(key: str, good: tuple[int, int], bad: tuple[int, int]) -> None:
    for value in good:
        assert getattr(config_of(**{key: value}).web, key) == value
    for value in bad:
        with pytest.raises(ConfigError, match=rf"web\.{key}"):
            config_of(**{key: value})


def test_files_are_beside_the_config() -> None:
    web = config_of(access_file="access.json", tls={"cert": "page.pem", "key": "/run/page.key"}).web
    assert web.access_file == Path("/etc/edgeclassify/access.json")
    assert web.tls is not None
    assert (web.tls.cert, web.tls.key) == (Path("/etc/edgeclassify/page.pem"), Path("/run/page.key"))


def test_a_certificate_needs_its_key() -> None:
    with pytest.raises(ConfigError, match=r"web\.tls\.key"):
        config_of(tls={"cert": "page.pem"})


def test_names_are_host_names() -> None:
    assert config_of(hosts=["cam.example.org"]).web.hosts == ("cam.example.org",)
    with pytest.raises(ConfigError, match=r"web\.hosts.*a host name or IP address alone"):
        config_of(hosts=["https://cam.example.org/"])
