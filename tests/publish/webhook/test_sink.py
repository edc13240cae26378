"""The webhook against a real HTTP server: what arrives, and what is done where it does not."""

import base64
import hashlib
import hmac
import itertools
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.broker.backoff import Backoff
from edgeclassify.config import WebhookConfig
from edgeclassify.contract.bodies import PostedEvent
from edgeclassify.errors import ConfigError
from edgeclassify.publish.fanout import FanOut
from edgeclassify.publish.interface import SinkProgress
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.publish.webhook.queue import ATTEMPTS
from edgeclassify.publish.webhook.settings import webhook_settings
from edgeclassify.publish.webhook.sink import WebhookSink
from tests.publish.records import event
from tests.sources.raw_server import make_certificate
from tests.support.receiver import Post, Receiver, Reply, in_turn, receiver
from tests.support.waiting import wait_for

SECRET = "a secret of the house"


class Node:
    """Makes events, and has a webhook to where the test says."""

    def __init__(self, url: str, **config: Any) -> None:
        self.config = WebhookConfig(url=url, **config)
        self.spool = MemorySpool(10_000)
        self.webhook = self.make()
        self.sink = FanOut(self.spool, {"webhook": self.webhook})
        self._numbers = itertools.count(1)

    def make(self, **changes: Any) -> WebhookSink:
        settings = webhook_settings(self.config.model_copy(update=changes), "porch", {})
        return WebhookSink(settings, self.spool.reader("webhook"), Backoff(base_s=0.01, cap_s=0.02))

    def start(self) -> "Node":
        self.sink.start()
        return self

    def happen(self, count: int = 1, **changes: Any) -> None:
        for _ in range(count):
            self.sink.publish_event(event(next(self._numbers), **changes))

    @property
    def waiting(self) -> int:
        return self.spool.reader("webhook").depth

    def stop(self, timeout_s: float = 5.0) -> float:
        """Seconds that it took."""
        begin = time.monotonic()
        self.sink.stop(timeout_s)
        return time.monotonic() - begin


@pytest.fixture
def node() -> Iterator[Callable[..., Node]]:
    """Makes started nodes, which end with the test."""
    nodes: list[Node] = []

    def make(url: str, **config: Any) -> Node:
        nodes.append(Node(url, **config).start())
        return nodes[-1]

    yield make
    for one in nodes:
        one.stop()


Make = Callable[..., Node]


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def test_events_arrive_in_order_signed_and_by_the_contract(node: Make, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET + "\n")
    (tmp_path / "secret").chmod(0o600)
    with receiver() as there:
        one = node(there.url("/hook?x=1"), secret_file=tmp_path / "secret")
        one.happen(3)
        wait_for(lambda: len(there.taken) == 3)
        wait_for(lambda: one.waiting == 0)
        assert there.seqs == [1, 2, 3]
        assert one.sink.progress == SinkProgress(True, 0, 0)
        for post in there.posts:
            body = PostedEvent.model_validate_json(post.body)
            assert (body.node, body.view, body.historical) == ("porch", "gate", None)
            assert body.to_event("gate") == event(post.seq, ts=body.to_event("gate").ts, score=0.9346)
            assert (post.method, post.path) == ("POST", "/hook?x=1")
            assert post.headers["content-type"] == "application/json"
            assert post.headers["user-agent"].startswith("edgeclassify/")
            assert post.headers["webhook-id"] == f"porch-{post.seq}-id-{post.seq}"
            stamp = post.headers["webhook-timestamp"]
            assert abs(int(stamp) - time.time()) < 60
            signed = f"{post.headers['webhook-id']}.{stamp}.".encode() + post.body
            digest = hmac.digest(SECRET.encode(), signed, hashlib.sha256)
            assert post.headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"


def test_without_a_secret_nothing_is_signed(node: Make) -> None:
    with receiver() as there:
        node(there.url()).happen()
        wait_for(lambda: there.posts)
    assert "webhook-signature" not in there.posts[0].headers
    assert "authorization" not in there.posts[0].headers


def test_a_backlog_goes_over_one_connection(node: Make) -> None:
    with receiver() as there:
        one = Node(there.url())
        one.spool.serve(["webhook"])
        one.happen(200)
        one.start()
        wait_for(lambda: one.waiting == 0)
        one.stop()
        assert there.seqs == list(range(1, 201))
        assert there.connections == 1
        assert all(post.event["historical"] for post in there.posts)


def test_what_happens_is_no_history(node: Make) -> None:
    with receiver() as there:
        one = Node(there.url())
        one.happen()
        one.start()
        one.happen()
        wait_for(lambda: one.waiting == 0)
        one.stop()
        assert [post.event.get("historical") for post in there.posts] == [True, None]


def test_again_after_a_fault_with_the_same_number_and_late(node: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "edgeclassify")
    with receiver(in_turn(Reply(500), Reply(503), Reply(500))) as there:
        one = node(there.url())
        one.happen()
        wait_for(lambda: one.waiting == 0)
        assert [post.seq for post in there.posts] == [1, 1, 1, 1]
        assert len({post.headers["webhook-id"] for post in there.posts}) == 1
        assert [post.event.get("historical") for post in there.posts] == [None, True, True, True]
        one.happen()
        wait_for(lambda: one.waiting == 0)
        assert "historical" not in there.posts[-1].event
    said = [record.getMessage() for record in caplog.records]
    where = f"webhook http://127.0.0.1:{there.port}/…"
    fault = f"{where}: event 1 was not taken: the answer %s. It is posted again, and events wait."
    assert said == [
        fault % "500 (Internal Server Error)",
        fault % "503 (Service Unavailable)",
        fault % "500 (Internal Server Error)",
        f"{where}: takes events again",
    ]


def test_the_same_fault_is_said_once(node: Make, caplog: pytest.LogCaptureFixture) -> None:
    with receiver(lambda _: Reply(500)) as there:
        one = node(there.url())
        one.happen()
        wait_for(lambda: len(there.posts) > 10)
        assert one.sink.progress == SinkProgress(False, 1, 0)
        one.stop()
    assert len(warnings(caplog)) == 1


NONSENSE = {
    "a page": Reply(200, body=b"<html>hello</html>" * 100),
    "much": Reply(200, body=b"x" * 1_000_000),
    "chunks": Reply(200, {"Transfer-Encoding": "chunked"}, b"3\r\nabc\r\n0\r\n\r\n"),
    "chunks that are none": Reply(200, {"Transfer-Encoding": "chunked"}, b"zz\r\nabc"),
    "no end": Reply(raw=b"HTTP/1.1 200 OK\r\n\r\nabc"),
    "less than it says": Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"),
    "more than it says": Reply(200, {"X": "y"}, b"abc"),
    "an old server": Reply(raw=b"HTTP/1.0 201\r\n\r\n"),
    "an interim answer first": Reply(raw=b"HTTP/1.1 102 Wait\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
}


@pytest.mark.parametrize("kind", NONSENSE)
def test_success_is_2xx_whatever_the_body(node: Make, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    with receiver(lambda _: NONSENSE[kind]) as there:
        one = node(there.url())
        one.happen(3)
        wait_for(lambda: one.waiting == 0)
        assert [post.seq for post in there.posts] == [1, 2, 3]
    assert warnings(caplog) == []


def test_chunks_leave_the_connection_open(node: Make) -> None:
    with receiver(lambda _: NONSENSE["chunks"]) as there:
        one = node(there.url())
        one.happen(5)
        wait_for(lambda: one.waiting == 0)
        assert there.connections == 1


def test_retry_after_is_kept_to(node: Make, caplog: pytest.LogCaptureFixture) -> None:
    with receiver(in_turn(Reply(429, {"Retry-After": "0"}), Reply(429, {"Retry-After": "3000"}))) as there:
        one = node(there.url())
        one.happen(2)
        wait_for(lambda: len(there.posts) == 2)
        wait_for(lambda: warnings(caplog))
        time.sleep(0.2)  # ten times the longest pause of the backoff
        assert [post.seq for post in there.posts] == [1, 1]
        assert one.stop() < 2.0
        assert one.waiting == 2
    assert len(warnings(caplog)) == 1
    assert "the answer 429 (Too Many Requests). It is posted again" in warnings(caplog)[0]


def test_how_long_the_wait_is_that_was_asked_for_is_said(node: Make, caplog: pytest.LogCaptureFixture) -> None:
    with receiver(lambda _: Reply(429, {"Retry-After": "7200"})) as there:
        node(there.url()).happen()
        wait_for(lambda: warnings(caplog))
    assert "It is posted again after 3600 s, as was asked for, and events wait." in warnings(caplog)[0]


def test_gone_ends_it_until_the_next_start(node: Make, caplog: pytest.LogCaptureFixture) -> None:
    with receiver(in_turn(Reply(), Reply(410))) as there:
        one = node(there.url())
        one.happen(3)
        wait_for(lambda: warnings(caplog))
        one.happen(2)
        time.sleep(0.2)
        assert [post.seq for post in there.posts] == [1, 2]
        assert (one.waiting, one.sink.progress) == (4, SinkProgress(False, 4, 0))
        assert one.stop() < 2.0
        assert warnings(caplog) == [
            f"webhook http://127.0.0.1:{there.port}/…: event 2 was not taken: the answer 410 (Gone). "
            "Nothing is posted until the config changes or the daemon starts anew; events wait."
        ]
        again = one.make()
        again.start()
        wait_for(lambda: one.waiting == 0)
        again.stop(5.0)
        assert there.seqs == [1, 2, 3, 4, 5]


def test_one_that_never_answers(node: Make, caplog: pytest.LogCaptureFixture) -> None:
    with receiver(in_turn(Reply(delay_s=60.0))) as there:
        one = node(there.url(), timeout_s=1.0)
        one.happen()
        wait_for(lambda: one.waiting == 0)
        assert [post.seq for post in there.posts][:2] == [1, 1]
    assert len(warnings(caplog)) == 1
    assert "no answer within 1 s. Check the receiver." in warnings(caplog)[0]


def trickle(_: Post) -> Reply:
    return Reply(raw=b"HTTP/1.1 200 OK\r\nX: " + b"y" * 300_000)


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        (Reply(0), "no HTTP answer (the connection ended)"),
        (Reply(raw=b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "no HTTP answer (it is not HTTP)"),
        (Reply(raw=b"\x15\x03\x01\x00\x02\x02\x0a\r\n\r\n"), "it speaks TLS: write https://"),
        (trickle(Post(0, "", "", {}, b"")), "no HTTP answer (endless headers)"),
    ],
)
def test_what_is_no_answer(node: Make, reply: Reply, found: str, caplog: pytest.LogCaptureFixture) -> None:
    with receiver(in_turn(*[reply] * 5)) as there:
        one = node(there.url())
        one.happen()
        wait_for(lambda: one.waiting == 0)
        assert {post.seq for post in there.posts} == {1}
    assert found in warnings(caplog)[0]


def test_nobody_is_there_yet(node: Make, caplog: pytest.LogCaptureFixture) -> None:
    with receiver() as there:
        port = there.port
    one = node(f"http://127.0.0.1:{port}/hook")
    one.happen(2)
    wait_for(lambda: warnings(caplog))
    assert "can't connect (Connection refused). Check address and network." in warnings(caplog)[0]
    late = Receiver(lambda _: Reply(), port=port)
    try:
        wait_for(lambda: one.waiting == 0)
        assert late.seqs == [1, 2]
    finally:
        late.close()
    assert len(warnings(caplog)) == 1


def test_a_connection_that_was_ended_meanwhile_is_made_anew(node: Make, caplog: pytest.LogCaptureFixture) -> None:
    with receiver() as there:
        one = node(there.url())
        for number in range(1, 4):
            one.happen()
            wait_for(lambda: one.waiting == 0)
            there.hang_up()
            assert there.seqs == list(range(1, number + 1))
        assert there.connections == 3
    assert warnings(caplog) == []


def test_redirects_on_the_same_server_are_followed_as_posts(node: Make) -> None:
    with receiver() as there:

        def answer(post: Post) -> Reply:
            if post.path == "/hook":
                return Reply(307, {"Location": "/new?a=b"})
            if post.path == "/new?a=b":
                return Reply(308, {"Location": there.url("/newer")})
            return Reply() if post.path == "/newest" else Reply(307, {"Location": "/newest"})

        there.answer = answer
        one = node(there.url(who="bob:builder@"))
        one.happen()
        wait_for(lambda: one.waiting == 0)
        assert [post.path for post in there.posts] == ["/hook", "/new?a=b", "/newer", "/newest"]
        assert {(post.method, post.body) for post in there.posts} == {("POST", there.posts[0].body)}
        assert len({post.headers["authorization"] for post in there.posts}) == 1


def test_redirects_without_end(node: Make, caplog: pytest.LogCaptureFixture) -> None:
    further = {"/hook": "/1", "/1": "/2", "/2": "/3", "/3": "/4"}
    with receiver(lambda post: Reply(307, {"Location": further[post.path]})) as there:
        one = node(there.url())
        one.happen()
        wait_for(lambda: warnings(caplog))
        one.stop()
        assert {post.path for post in there.posts} == set(further)
    assert "more than 3 redirects. Write the address where they end as webhook.url." in warnings(caplog)[0]


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_to_another_server_is_refused(
    node: Make, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    with receiver() as other, receiver(lambda _: Reply(status, {"Location": other.url("/token-77")})) as there:
        one = node(there.url())
        one.happen()
        wait_for(lambda: len(there.posts) > 3)
        assert (one.waiting, other.posts) == (1, [])
        one.stop()
        assert len(warnings(caplog)) == 1
        assert (
            f"was not taken: a redirect to another server, http://127.0.0.1:{other.port}/…, which gets no events. "
            "If it is yours, write its address as webhook.url." in warnings(caplog)[0]
        )
        assert "token-77" not in caplog.text


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirect_that_makes_a_get_of_it_is_refused(
    node: Make, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    with receiver(in_turn(Reply(status, {"Location": "/other"}))) as there:
        one = node(there.url())
        one.happen()
        wait_for(lambda: one.waiting == 0)
        assert {post.path for post in there.posts} == {"/hook"}
    assert "a redirect. Write the address to which it leads as webhook.url" in warnings(caplog)[0]


def test_one_at_fault_is_left_out_where_others_are_taken(node: Make, caplog: pytest.LogCaptureFixture) -> None:
    with receiver(lambda post: Reply(400 if post.seq == 2 else 204)) as there:
        one = node(there.url())
        one.happen(4)
        wait_for(lambda: one.waiting == 0)
        assert there.seqs == [1, 3, 4]
        assert [post.seq for post in there.posts] == [1, *[2] * ATTEMPTS, 3, 2, 4]
        assert one.sink.progress == SinkProgress(True, 0, 1)
    where = f"webhook http://127.0.0.1:{there.port}/…"
    assert warnings(caplog) == [
        f"{where}: event 2 was not taken: the answer 400 (Bad Request). It is posted again, and left out where "
        "the receiver takes others. Is it too large, or not as the receiver expects events?",
        f"{where}: event 2 is left out: others are taken, and it is not: the answer 400 (Bad Request)",
    ]


def test_a_receiver_that_takes_none_costs_none(node: Make) -> None:
    with receiver(lambda _: Reply(400)) as there:
        one = node(there.url())
        one.happen(3)
        wait_for(lambda: len(there.posts) > 20)
        assert (one.waiting, one.webhook.progress.dropped) == (3, 0)
        there.answer = lambda _: Reply()
        wait_for(lambda: one.waiting == 0)
        assert sorted(there.seqs) == [1, 2, 3]
        assert one.webhook.progress.dropped == 0


def test_user_and_password_are_said_and_never_shown(node: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with receiver(in_turn(Reply(401))) as there:
        one = node(there.url("/api/webhook/tok3n-of-the-house?key=hunter22", who="bob:p%40ss-w0rd@"))
        one.happen()
        wait_for(lambda: one.waiting == 0)
        assert {post.headers["authorization"] for post in there.posts} == {
            "Basic " + base64.b64encode(b"bob:p@ss-w0rd").decode()
        }
        assert one.sink.describe() == f"webhook http://127.0.0.1:{there.port}/…"
    for secret in ("p@ss-w0rd", "p%40ss", "tok3n", "hunter22"):
        assert secret not in caplog.text


class TestStop:
    def test_what_waits_is_posted_first(self, node: Make) -> None:
        with receiver(lambda _: Reply(delay_s=0.02)) as there:
            one = node(there.url())
            one.happen(10)
            one.stop()
            assert (there.seqs, one.waiting) == (list(range(1, 11)), 0)

    def test_one_that_hangs_is_left(self, node: Make, caplog: pytest.LogCaptureFixture) -> None:
        with receiver(lambda _: Reply(delay_s=60)) as there:
            one = node(there.url())
            one.happen(2)
            wait_for(lambda: there.posts)
            assert one.stop(0.5) < 5.0
            assert one.waiting == 2
        assert warnings(caplog) == []

    def test_one_that_has_failed_is_not_waited_for(self, node: Make) -> None:
        with receiver(in_turn(Reply(500), Reply(delay_s=60))) as there:
            one = node(there.url())
            one.happen()
            wait_for(lambda: len(there.posts) == 2)
            assert one.stop(20.0) < 10.0
            assert one.waiting == 1

    def test_not_in_a_pause(self, node: Make) -> None:
        with receiver(lambda _: Reply(503, {"Retry-After": "3000"})) as there:
            one = node(there.url())
            one.happen()
            wait_for(lambda: there.posts)
            assert one.stop(20.0) < 10.0

    def test_before_it_was_started(self) -> None:
        Node("http://127.0.0.1:1/").stop()


class TestReload:
    def test_the_same_receiver_goes_on(self, node: Make) -> None:
        with receiver() as there:
            one = node(there.url())
            assert one.webhook.adopt(one.make())
            one.happen()
            wait_for(lambda: there.taken)

    @pytest.mark.parametrize("changes", [{"url": "http://127.0.0.1:1/x"}, {"timeout_s": 3.0}])
    def test_another_one_takes_its_place(self, changes: dict[str, Any]) -> None:
        one = Node("http://127.0.0.1:1/hook")
        assert not one.webhook.adopt(one.make(**changes))

    def test_a_new_secret_or_certificate_too(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret"
        secret.write_text("one")
        one = Node("http://127.0.0.1:1/hook", secret_file=secret)
        secret.write_text("two")
        assert not one.webhook.adopt(one.make())
        assert not one.webhook.adopt(FanOut(one.spool, {}))


class TestTls:
    @pytest.fixture
    def certificate(self, tmp_path: Path) -> Path:
        return make_certificate(tmp_path, "receiver", "IP:127.0.0.1")

    def test_by_the_ca_of_the_house(self, node: Make, certificate: Path) -> None:
        with receiver(certificate=certificate) as there:
            one = node(there.url(), tls={"ca": certificate.with_suffix(".crt")})
            one.happen(3)
            wait_for(lambda: one.waiting == 0)
            assert (there.seqs, there.connections) == ([1, 2, 3], 1)

    def test_a_stranger_gets_nothing(
        self, node: Make, certificate: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        with receiver(certificate=certificate) as there:
            one = node(there.url())
            one.happen()
            wait_for(lambda: warnings(caplog))
            one.stop()
            assert (there.posts, one.waiting) == ([], 1)
        assert warnings(caplog) == [
            f"webhook https://127.0.0.1:{there.port}/…: event 1 was not taken: expected a certificate that is "
            "known here, found one that is signed by itself (self-signed). If it is your receiver's, allow it: "
            'webhook.tls = { ca = "FILE" } with that certificate, or tls = { verify = false }. It is posted '
            "again, and events wait."
        ]

    def test_any_where_the_config_says_so(self, node: Make, certificate: Path) -> None:
        with receiver(certificate=certificate) as there:
            one = node(there.url(), tls={"verify": False})
            one.happen()
            wait_for(lambda: one.waiting == 0)

    def test_a_ca_file_that_is_none(self, tmp_path: Path) -> None:
        (tmp_path / "ca.pem").write_text("no certificate")
        with pytest.raises(ConfigError, match=r"^webhook\.tls\.ca: .*ca\.pem: expected certificates in PEM form"):
            Node("https://127.0.0.1:1/", tls={"ca": tmp_path / "ca.pem"})
        with pytest.raises(ConfigError, match=r"^webhook\.tls\.ca: .*none\.pem: expected a PEM file"):
            Node("https://127.0.0.1:1/", tls={"ca": tmp_path / "none.pem"})
