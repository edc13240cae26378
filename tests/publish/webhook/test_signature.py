"""The headers that say whose a POST is, against the example of the specification."""

import base64

import pytest

from edgeclassify.errors import ConfigError
from edgeclassify.publish.webhook.signature import signed_headers, signing_key


def test_as_the_specifications_own_example() -> None:
    """https://www.standardwebhooks.com, as its libraries test it."""
    key = signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "secret")
    headers = signed_headers("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', key)
    assert headers == (
        "webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek\r\nwebhook-timestamp: 1614265330\r\n"
        "webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=\r\n"
    )


def test_without_a_key_nothing_is_signed() -> None:
    assert signed_headers("a", 5, b"{}", None) == "webhook-id: a\r\nwebhook-timestamp: 5\r\n"


@pytest.mark.parametrize(("one", "other"), [(("a", 5, b"{}"), ("b", 5, b"{}")), (("a", 5, b"{}"), ("a", 6, b"{}")),
                                            (("a", 5, b"{}"), ("a", 5, b"[]"))])  # fmt: skip
def test_each_part_is_signed(one: tuple[str, int, bytes], other: tuple[str, int, bytes]) -> None:
    signatures = {signed_headers(*parts, b"key").rpartition("v1,")[2] for parts in (one, other)}
    assert len(signatures) == 2


def test_a_secret_is_the_key_itself_or_base64_of_it() -> None:
    assert signing_key("plain ü", "secret") == "plain ü".encode()
    assert signing_key("whsec_" + base64.b64encode(b"\x00\xff").decode(), "secret") == b"\x00\xff"


@pytest.mark.parametrize("secret", ["whsec_", "whsec_&&&", "whsec_abc", "whsec_QUJD QUJD"])
def test_what_should_be_base64_and_is_not(secret: str) -> None:
    with pytest.raises(ConfigError, match=r"^here: expected base64 behind whsec_, found none") as caught:
        signing_key(secret, "here")
    assert secret.removeprefix("whsec_") not in str(caught.value) or secret == "whsec_"
