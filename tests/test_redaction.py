"""What is secret in URLs never shows, however they are mangled; and what is known to be secret in no text."""

import logging
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, assume, given, settings, strategies as st

from edgeclassify import redaction
from edgeclassify.config import CameraConfig, parse_config
from edgeclassify.errors import ConfigError, SourceError
from edgeclassify.http.address import parse_address
from edgeclassify.logs import PlainFormatter
from edgeclassify.redaction import (
    KnownSecrets,
    redacted_source,
    redacted_text,
    redacted_to_server,
    redacted_url,
    redacted_value,
    remember,
    remember_all_in,
    scrubbed,
    secrets_in,
)
from edgeclassify.sources.factory import make_source

BASE = Path("/etc/edgeclassify")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://user:secret@host:81/a/b.jpg?pw=secret#x", "http://host:81/a/b.jpg?…"),
        ("rtsp://user:p@ss@host/stream", "rtsp://host/stream"),
        ("RTSP://user@Host/stream", "rtsp://Host/stream"),
        ("https://host/", "https://host/"),
        ("http://host/?", "http://host/"),
        ("images:http://user:pw@host/x.jpg", "images:http://host/x.jpg"),
        ("Video: https://user:pw@host/x", "video:https://host/x"),
        ("http://user:secret@[fe80::1]:81/x", "http://[fe80::1]:81/x"),
        ("http://[fe80::1%eth0]/x", "http://[fe80::1%eth0]/x"),
        ("http://host/cgi/PWD=secret&size=2/a.jpg", "http://host/cgi/PWD=…&size=2/a.jpg"),
        ("rtsp://host/user=admin_password=secret_channel=1", "rtsp://host/user=admin_password=…_channel=1"),
        ("rtsp://h/user=a_password=se_cr/et_channel=1_sub=0", "rtsp://h/user=a_password=…_channel=1_sub=0"),
        ("rtsp://h/password=se/cret", "rtsp://h/password=…"),
        ("rtsp://h/Token/secret/live", "rtsp://h/Token/…/live"),
        ("rtsp://h/live?channel=1&token=secret", "rtsp://h/live?…"),
        ("rtsp://h/pass%3Dsecret", "rtsp://h/pass%3D…"),
        # What may be something else than it looks like:
        ("http://[broken", "http://…"),
        ("rtsp://user:se/cr?e#t@host:554/stream", "rtsp://…"),
        ("rtsp://host/@camera/1", "rtsp://…"),
        ("rtsp://cam:554/user=a_password=se@cr_et_channel=1", "rtsp://…"),
        ("rtsp://user:12/34@host/x", "rtsp://…"),
        ("rtsp://user:se@cr/et@host/x", "rtsp://…"),
        ("http://user:12?34@host/x", "http://…"),
        ("http://user:pa@rt#2@host/x", "http://…"),
        ("rtsp://us/er:secret@host/x", "rtsp://…"),
        ("rtsp://us?er:secret@host/x", "rtsp://…"),
        ("http://user:secret@host/x?mail=a@b", "http://…"),
        ("rtsp://user:secret/stream", "rtsp://…"),
        ("http://user:70000/x", "http://…"),
        ("http://host:0/x", "http://…"),
        ("http:/user:secret@host/x", "http:…"),
        ("http:\\\\user:secret@host\\x", "http:…"),
        ("http:user:secret@host/x", "http:…"),
        ("//user:secret@host/x", "…"),
        ("user:secret@host/x", "…"),
        ("v4l2:rtsp://user:secret@host/x", "v4l2:rtsp://host/x"),
        ("secret://host/x", "…"),
        ("images:/etc/http:/user:secret@host/x.jpg", "images:…"),
    ],
)
def test_a_url(url: str, shown: str) -> None:
    assert redacted_url(url) == shown


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("pycamera:0", "pycamera:0"),
        ("/photos/cat.jpg", "…"),
        ("images:/photos/cat@home.jpg", "images:/photos/cat@home.jpg"),
        ("picamera:/base/soc/i2c0mux/i2c@1/imx708@1a", "picamera:/base/soc/i2c0mux/i2c@1/imx708@1a"),
        ("bob:hunter2", "…"),
        ("bob:1234", "…"),
        ("bob:/hunter2", "…"),
        ("v4l:/dev/video0", "v4l:/dev/video0"),
        ("video:rtsp://bob:hunter2@h/x", "video:rtsp://h/x"),
    ],
)
def test_a_source(source: str, shown: str) -> None:
    assert redacted_source(source) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("bob:1//hunter2", "…"),
        ("bob:hunter2@home", "…"),
        ("//bob:hunter2", "…"),
        ("front", "front"),
        ("broker.local:1883", "broker.local:1883"),
        ("/photos//cat.jpg", "/photos//cat.jpg"),
    ],
)
def test_a_value_of_the_config(value: str, shown: str) -> None:
    assert redacted_value(value) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Failed to parse: http://u:pw@h:x/a", "Failed to parse: http://…"),
        ("no host given for rtsp://u:pw@h/a?b, sorry", "no host given for rtsp://h/a?… sorry"),
        ("label 'u:pw@h' too long", "label … too long"),
        ("port could not be cast", "port could not be cast"),
    ],
)
def test_a_sentence_of_a_library(text: str, shown: str) -> None:
    assert redacted_text(text) == shown


SEPARATORS = "@:/?#\\[]%& "
passwords = st.text(st.sampled_from("ab1Z9" + SEPARATORS), max_size=4).flatmap(
    lambda before: st.text(st.sampled_from("ab1Z9" + SEPARATORS), max_size=4).map(
        lambda behind: f"{before}xQ7vK{behind}"
    )
)
"""Passwords of anything, with a core that is no part of any message of ours."""
CORE = "xq7vk"
MANGLED = (
    "rtsp://bob:{}@camera/stream", "http://bob:{}@camera:81/x.jpg?a=b", "images:http://bob:{}@camera/x.jpg",
    "rtsp:/bob:{}@camera/x", "images:http:/bob:{}@camera/x", "rtsp:bob:{}@camera", "bob:{}@camera/stream",
    "v4l2:rtsp://bob:{}@camera/x", "watch:http://bob:{}@camera/x", "rtsp://bob:{}/stream", "//bob:{}@camera/x",
    "http:\\\\bob:{}@camera", "rtsp://:{}@camera/x", "rtsp://{}@camera/x", "http://camera/x?password={}",
    "http://camera/x/PassWord={}&b=2", "http://camera/x#{}", "rtsp://bob:{}@", "rtsp://bob:{}@[::1/x",
    "http://bob:{}@[nonsense]:99999/x", "htp://bob:{}@camera/x", "bob:{}", "http ://bob:{}@camera/x",
    "rtsp://bob@work:{}@camera@home/x", "picamera:rtsp://bob:{}@camera", "mqtt://bob:{}@camera", "http://bob:{}",
)  # fmt: skip
WITHOUT_HOST = ("rtsp://bob:{}/stream", "http://bob:{}")
LOOKS_WHOLE = re.compile(r".*@|[0-9]+/")
"""Passwords that make whole URLs of these, whose host is what follows, or "bob" with a port: nobody can tell."""


class Forgetful(KnownSecrets):
    def remember(self, secrets: Iterable[str]) -> None:
        """Nothing."""


@pytest.fixture
def first_line_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is remembered: what is shown must do without the second line of defence."""
    monkeypatch.setattr(redaction, "KNOWN", Forgetful())


def what_is_said_of(document: dict[str, Any]) -> str:
    """The faults of a config, or what its source calls itself."""
    try:
        return make_source(parse_config(document, "test.toml", BASE).camera[0]).describe()
    except ConfigError as error:
        return str(error)


@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(MANGLED), passwords, st.booleans())
def test_no_mangling_shows_a_password(first_line_alone: None, form: str, password: str, encoded: bool) -> None:
    assume(encoded or form not in WITHOUT_HOST or not LOOKS_WHOLE.match(password))
    text = form.format(quote(password, safe="") if encoded else password)
    assert CORE not in redacted_source(text).lower()
    as_name = text if "//" in text else "a"
    documents: tuple[dict[str, Any], ...] = (
        {"camera": [{"source": text}]},
        {"mqtt": {"host": text}, "camera": [{"source": "picamera:0"}]},
        {"camera": [{"source": "picamera:0", "name": as_name}], "view": [{"name": "v", "camera": as_name}]},
        {"camera": [{"source": [text]}]},
    )
    for document in documents:
        assert CORE not in what_is_said_of(document).lower()


@settings(deadline=None)
@given(st.sampled_from([form for form in MANGLED if "bob:{}@" in form]), passwords, st.booleans())
def test_no_mangling_shows_a_password_in_what_others_write(form: str, password: str, encoded: bool) -> None:
    text = form.format(quote(password, safe="") if encoded else password)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redaction, "KNOWN", KnownSecrets())
        remember_all_in({"source": text})
        assert CORE not in scrubbed(f"can't open {text!r}").lower()


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(passwords)
def test_what_connects_never_says_the_password(first_line_alone: None, password: str) -> None:
    for url in (f"http://bob:{password}@h:x/", f"rtsp://bob:{password}@/x", f"http://bob:{password}@[::1/x"):
        try:
            said: object = parse_address(url)
        except SourceError as error:
            said = f"{error} {error.__context__}"
        assert CORE not in str(said).lower()


class TestKnownSecrets:
    def test_in_every_form_and_case(self) -> None:
        remember(secrets_in("rtsp://bob:p%C3%A4ss%40w%22rd@camera/x?token=Tok123"))
        for form in ('päss@w"rd', "p%C3%A4ss%40w%22rd", "P%c3%a4SS%40W%22RD", 'p\\u00e4ss@w\\"rd', "tok123"):
            assert scrubbed(f"<{form}>") == "<…>", form

    def test_short_ones_are_words_of_their_own(self) -> None:
        remember({"1234", "abc", "longer-than-eight"})
        assert scrubbed("seq 12345 at 1234, abc, xlonger-than-eightx") == "seq 12345 at …, abc, x…x"

    def test_words_of_our_own_texts_stay(self) -> None:
        remember({"Camera", "mqtt", "camera-1"})
        assert scrubbed("camera front: mqtt, camera-1") == "camera front: mqtt, …"

    def test_what_is_remembered_stays_known(self) -> None:
        remember({"first-one"})
        remember({"second-one"})
        remember({"first-one"})
        assert scrubbed("first-one second-one") == "… …"

    def test_pieces_of_a_password_that_was_cut(self) -> None:
        remember(secrets_in("rtsp://admin:Pa@Hidden1#2@127.0.0.1:9/stream"))
        assert scrubbed("resolving hidden1 failed") == "resolving … failed"

    @pytest.mark.parametrize(
        "url", ["rtsp://camera:554/stream", "picamera:0", "images:/photos", "http://host/x?y=z"]
    )
    def test_what_is_no_secret(self, url: str) -> None:
        assert secrets_in(url) == set()

    @pytest.mark.parametrize("host", ["192.168.7.20", "192.168.7.20:8554", "[fd00::20]:8554"])
    @pytest.mark.parametrize("path", ["/a@b", "/x?to=me@home"])
    def test_an_address_is_none_whatever_comes_behind_it(self, host: str, path: str) -> None:
        """A broker, or another camera, may have the same."""
        remember(secrets_in(f"http://cam:hunter-2222@{host}{path}"))
        assert scrubbed(f"broker {host}: hunter-2222") == f"broker {host}: …"

    def test_of_a_whole_document(self) -> None:
        remember_all_in({"a": [{"source": "http://u:first-pw@h/"}], "b": "x?password=second-pw", "c": 3})
        assert scrubbed("first-pw second-pw") == "… …"
        remember_all_in({"rtsp://u:third-pw@h/": {"http://u:fourth-pw@h": 1}})  # a line without its key
        assert scrubbed("third-pw fourth-pw") == "… …"

    def test_a_log_line_and_its_traceback(self) -> None:
        remember({"hunter2-long"})
        try:
            raise ValueError("bad: hunter2-long")
        except ValueError as error:
            info = (type(error), error, error.__traceback__)
        record = logging.LogRecord("a", logging.ERROR, "f", 1, "url %s", ("hunter2-long",), info)
        text = PlainFormatter("%(message)s").format(record)
        assert "hunter2" not in text
        assert "ValueError: bad: …" in text


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("rtsp://admin:Pa@Hidden1#2@127.0.0.1:9/stream", "%23 (#)"),
        ("http://admin:Pa@Hidden1?2@127.0.0.1:9/video", "%40 (@)"),
        ("images:http://admin:Pa@Hidden1#2@127.0.0.1:9/s.jpg", "http://HOST"),
        ("http://user:12/34@host.lan/x", "%2F (/)"),
        ("http://host/x#a@b", "%23"),
        ("rtsp://bob:hidden1/stream", "rtsp://HOST"),
        ("http://host:0/x", "http://HOST"),
        ("http://a_b%c!/x", "http://HOST"),
        ("v4l2:rtsp://bob:hidden1@camera/stream", "no URL behind v4l2:"),
        ("picamera:http://bob:hidden1@camera/stream", "no URL behind picamera:"),
        ("watch:http:/bob:hidden1@camera/", "followed by a folder"),
        ("images:http:/bob:hidden1@camera/x.jpg", "two slashes"),
        ("video:https:///bob:hidden1@camera/x", "two slashes"),
    ],
)
def test_a_config_refuses(source: str, part: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config({"camera": [{"source": source}]}, "t", BASE)
    assert part in str(caught.value)
    assert "hidden1" not in str(caught.value).lower()


@pytest.mark.parametrize(
    "source",
    [
        "http://user:secret@192.168.1.5/x?mail=a@b", "rtsp://192.168.1.5:554/@camera/1", "rtsp://host/@camera/1",
        "http://user:p%40ss@host/x", "rtsp://user:p@ss@host/x", "http://[fe80::1%eth0]:81/x", "http://localhost:80/@a",
        "images:https://host/x.jpg", "http://host/a b#top",
    ],
)  # fmt: skip
def test_a_config_takes(source: str) -> None:
    CameraConfig(source=source)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://ha.lan:8123/api/webhook/abc", "https://ha.lan:8123/…"), ("http://host", "http://host"),
        ("http://host/", "http://host/"), ("http://host?a=b", "http://host/…"), ("ftp://h/secret", "ftp://h/…"),
        ("images:http://host/secret", "images:http://host/…"), ("http://bob:pw@host/x", "http://host/…"),
        ("http://[::1]:80/x", "http://[::1]:80/…"), ("htps://host/secret", "…"), ("http://h:99999/s", "http://…"),
    ],
)  # fmt: skip
def test_of_a_url_whose_path_is_secret_the_server_alone(url: str, shown: str) -> None:
    assert redacted_to_server(url) == shown
