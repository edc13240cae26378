"""Why no connection could be made, and what is to be done about it."""

import socket
import ssl

import pytest

from edgeclassify.broker.failure_texts import Security, unreachable


def test_a_name_of_mdns_says_what_it_needs() -> None:
    error = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    assert "libnss-mdns" in unreachable(error, Security.PLAIN, "Broker.LOCAL")
    assert "libnss-mdns" not in unreachable(error, Security.PLAIN, "broker.lan")
    assert "libnss-mdns" not in unreachable(error, Security.PLAIN)


@pytest.mark.parametrize(("code", "is_of_time"), [(9, True), (10, True), (20, False)])
def test_a_certificate_of_another_time_is_held_against_the_clock(
    code: int, is_of_time: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edgeclassify.broker.failure_texts.time.gmtime", lambda: (1970, 1, 1, 0, 1, 0, 3, 1, 0))
    error = ssl.SSLCertVerificationError(1, "failed")
    error.verify_code, error.verify_message = code, "certificate is …"
    said = unreachable(error, Security.TLS, "broker.lan")
    assert ("this machine's clock says 1970-01-01: is that so?" in said) is is_of_time
    assert "check mqtt.tls.ca and mqtt.host" in said
