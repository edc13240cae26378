"""Which certificates of a server are accepted, and what is wrong with one that is not.

Cameras mostly sign for themselves. Such a certificate is accepted where the config names it as its own CA, or says
that none is checked. One that stands in the CA file itself is accepted whatever name it was made for: most are
made for no host at all.
"""

import socket
import ssl
from functools import lru_cache
from pathlib import Path

from edgeclassify.errors import AbsentError, SourceError, SourceSetupError
from edgeclassify.http.address import REFUSED_RETRY_S, Address
from edgeclassify.http.trust import Trust

# OpenSSL's codes, X509_V_ERR_…
SELF_SIGNED = (18, 19)
OTHER_NAME = (62, 64)
FOUND = {
    9: "one that is not valid yet",
    10: "one that has expired",
    20: "one of an issuer that is not known here",
    21: "one of an issuer that is not known here",
    62: "one for another host",
    64: "one for another address",
}


def encrypted(plain: socket.socket, address: Address, trust: Trust) -> ssl.SSLSocket:
    """The connection with TLS; its timeout holds for the handshake as a whole.

    Raises AbsentError for a certificate that is not accepted, SourceSetupError for a CA file that can't be used,
    OSError where the connection breaks.
    """
    try:
        return _context(trust).wrap_socket(plain, server_hostname=address.host)
    except ssl.SSLCertVerificationError as error:
        raise refusal_of(address, error, trust) from error
    except ssl.SSLError as error:
        if isinstance(error, TimeoutError):
            raise
        raise AbsentError(
            f"{address.shown}: expected TLS at port {address.port}, found none that works ({_reason(error)}). "
            f"Check the port, and whether the {trust.peer} has TLS switched on.",
            retry_s=REFUSED_RETRY_S,
        ) from error


def is_other_name(error: BaseException) -> bool:
    """True where the certificate was refused for its name alone."""
    cause = error.__cause__
    return isinstance(cause, ssl.SSLCertVerificationError) and cause.verify_code in OTHER_NAME


def encrypted_if_pinned(plain: socket.socket, address: Address, trust: Trust) -> ssl.SSLSocket | None:
    """The connection with TLS where the CA file holds the server's very certificate; None: it does not."""
    context = _context(trust, by_name=False)
    connection = context.wrap_socket(plain, server_hostname=address.host)
    if connection.getpeercert(binary_form=True) in context.get_ca_certs(binary_form=True):
        return connection
    connection.close()
    return None


def check_ca(ca: Path, peer: str = "camera") -> None:
    """Raises SourceSetupError for a file that can't be read, or holds no certificate. `peer`: as of Trust."""
    _context(Trust(ca=ca, peer=peer))


def _context(trust: Trust, by_name: bool = True) -> ssl.SSLContext:
    try:
        changed_ns = 0 if trust.ca is None else trust.ca.stat().st_mtime_ns
    except OSError:
        changed_ns = 0  # said when it is read
    return _loaded(trust.verify, trust.ca, changed_ns, by_name, trust.peer)


@lru_cache(maxsize=16)
def _loaded(verify: bool, ca: Path | None, changed_ns: int, by_name: bool, peer: str) -> ssl.SSLContext:
    """Kept: reading the system's certificates takes a small Pi a tenth of a second, for each image."""
    context = ssl.create_default_context(cafile=None if ca is None else _readable(ca, peer))
    context.check_hostname = by_name
    if not verify:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        # Nothing is proven anyway, and old cameras know nothing newer.
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)  # Python has the name from 3.12 on
        return context
    # Python 3.13 refuses certificates without certain extensions, which cameras' own lack. A certificate of the
    # file may be that of the camera itself, which is no CA.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def _readable(ca: Path, peer: str) -> str:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(str(ca))
    except ssl.SSLError as error:
        raise SourceSetupError(
            f"tls.ca: {ca}: expected certificates in PEM form, found none ({_reason(error)}). Export the {peer}'s "
            "certificate as PEM (BEGIN CERTIFICATE)."
        ) from error
    except OSError as error:
        raise SourceSetupError(
            f"tls.ca: {ca}: expected a PEM file, but it can't be read: {error.strerror}. Check path and rights."
        ) from error
    return str(ca)


def refusal_of(address: Address, error: ssl.SSLCertVerificationError, trust: Trust) -> SourceError:
    """What is said of a certificate that is not accepted, and which setting would accept it."""
    if error.verify_code in SELF_SIGNED:
        found = "one that is signed by itself (self-signed)"
        advice = f"If it is your {trust.peer}'s, allow it: {trust.remedy}"
    else:
        found = FOUND.get(error.verify_code, f"one that is refused ({error.verify_message})")
        advice = f"If it is your {trust.peer}'s: {trust.remedy}"
        if error.verify_code in (9, 10):
            advice = f"Check the host name and the clocks of {trust.peer} and machine, or allow it: {trust.remedy}"
    return AbsentError(
        f"{address.shown}: expected a certificate that is known here, found {found}. {advice}.",
        retry_s=REFUSED_RETRY_S,
    )


def _reason(error: ssl.SSLError) -> str:
    return (error.reason or error.strerror or "no TLS").lower().replace("_", " ")
