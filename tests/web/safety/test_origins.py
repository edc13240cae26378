"""Where a request comes from."""

import pytest

from edgeclassify.web.safety.hosts import HostAndPort
from edgeclassify.web.safety.origins import fault_of_origin

HOST = HostAndPort("gatecam.local", 8080)
OWN = {"x-edgeclassify": "page"}


def fault(method: str, *, ambient: bool = True, **headers: str) -> str | None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return fault_of_origin(method, named, HOST, is_ambient=ambient)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "ODD"])
def test_a_change_needs_the_pages_own_header(method: str) -> None:
    assert "X-Edgeclassify" in str(fault(method))
    assert "X-Edgeclassify" in str(fault(method, x_edgeclassify="x"))
    assert fault(method, x_edgeclassify="page") is None
    assert fault(method, ambient=False) is None


@pytest.mark.parametrize("site", ["cross-site", "same-site", "odd", ""])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("ambient", [True, False])
def test_other_sites_get_nothing(method: str, site: str, ambient: bool) -> None:
    assert fault(method, ambient=ambient, x_edgeclassify="page", sec_fetch_site=site) is not None


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example", "null", "http://gatecam.local", "http://gatecam.local:8081", "file://", "",
        "http://gatecam.local:8080.evil.example", "http://evil.example/gatecam.local:8080", "http://[::1", "https://x",
        "http://user@gatecam.local:8080",
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_other_origins_get_nothing(method: str, origin: str) -> None:
    assert fault(method, x_edgeclassify="page", origin=origin) is not None


@pytest.mark.parametrize("origin", ["http://gatecam.local:8080", "http://GATECAM.local:8080"])
def test_its_own_does(origin: str) -> None:
    assert fault("POST", x_edgeclassify="page", origin=origin, sec_fetch_site="same-origin") is None
    assert fault("GET", origin=origin) is None


def test_behind_a_proxy_the_scheme_is_another_one() -> None:
    named = {"origin": "https://home.example", **OWN}
    assert fault_of_origin("POST", named, HostAndPort("home.example", None), is_ambient=True) is None
    assert fault_of_origin("POST", named, HostAndPort("home.example", 443), is_ambient=True) is None


def test_a_link_may_be_followed_and_no_frame_made() -> None:
    assert followed("GET", "document") is None
    for into in ("iframe", "frame", "object", "embed", "image"):
        assert followed("GET", into) is not None
    assert followed("POST", "document") is not None


def followed(method: str, into: str) -> str | None:
    return fault(
        method, sec_fetch_site="cross-site", sec_fetch_mode="navigate", sec_fetch_dest=into, x_edgeclassify="page"
    )


def test_looking_needs_nothing() -> None:
    assert fault("GET") is None
    assert fault("GET", sec_fetch_site="none") is None
    assert fault("GET", sec_fetch_site="same-origin") is None
