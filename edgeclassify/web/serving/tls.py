"""A certificate of one's own for https."""

import ssl

from edgeclassify.config import WebTlsConfig
from edgeclassify.errors import PageError
from edgeclassify.files import printable, read_plain_file

MOST_BYTES = 1_000_000


def server_context(config: WebTlsConfig) -> ssl.SSLContext:
    """What connections are encrypted by: TLS 1.2 and later. Raises PageError where the files can't be used."""
    for key, path in (("web.tls.cert", config.cert), ("web.tls.key", config.key)):
        try:
            content = read_plain_file(path, MOST_BYTES)
        except OSError as error:
            raise PageError(
                f"{key}: {printable(path)}: expected a file that the daemon may read, found: "
                f"{error.strerror or error}"
            ) from error
        if b"-----BEGIN" not in content:
            raise PageError(f"{key}: {printable(path)}: expected PEM (-----BEGIN …), found something else")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(config.cert, config.key, _no_passphrase)
    except (ssl.SSLError, OSError) as error:
        reason = getattr(error, "reason", None) or error
        raise PageError(
            f"web.tls: expected a certificate and its private key, found {printable(config.cert)} and "
            f"{printable(config.key)}, of which OpenSSL says: {reason}. Is the key that of the certificate, and "
            "without a passphrase?"
        ) from error
    context.set_alpn_protocols(["http/1.1"])
    return context


def _no_passphrase() -> str:
    """OpenSSL would ask for one on the terminal."""
    return ""
