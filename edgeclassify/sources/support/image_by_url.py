"""Fetching an image by URL."""

from edgeclassify.http.deadline import Patience
from edgeclassify.http.trust import CAREFUL, Trust
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.sources.http.client import Logins, RequestOptions
from edgeclassify.sources.http.fetch import fetch_image

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 10.0
TOTAL_TIMEOUT_S = 60.0
MAX_DOWNLOAD_BYTES = 32 << 20


@dataclass(frozen=True, slots=True)
class Access:
    """How servers are asked: which certificates are accepted, and what they asked for before.

    `logins` is kept from one fetch to the next, so that a camera need not ask for the password each time.
    """

    trust: Trust = CAREFUL
    logins: Logins | None = None


PLAIN_ACCESS = Access()


def fetch(url: str, access: Access = PLAIN_ACCESS) -> bytes:
    """The body behind an http(s) URL. Errors as of fetch_image()."""
    patience = Patience(CONNECT_TIMEOUT_S, READ_TIMEOUT_S, TOTAL_TIMEOUT_S)
    return fetch_image(url, RequestOptions(patience, access.trust, access.logins), MAX_DOWNLOAD_BYTES)
