"""Why a server that answers gives nothing, in words that blame a password only where it was refused."""

import re
from collections.abc import Sequence

from edgeclassify.errors import AbsentError
from edgeclassify.http.address import REFUSED_RETRY_S, Address
from edgeclassify.http.auth import Challenge, best
from edgeclassify.http.response import HttpResponse

GONE = (404, 410)
_WEB_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.{0,200}?-->\s*)?<(?:!doctype\s+html|html|head)\b", re.IGNORECASE | re.DOTALL
)


def refused(original: Address, answer: HttpResponse, wanted: str) -> AbsentError:
    """Why a server that answers gives nothing."""
    if answer.status in (401, 403):
        found, advice = _not_let_in(original, answer)
    elif answer.status in GONE:
        found, advice = f"nothing at this path ({answer.status})", "Look up the path in the camera's manual"
    else:
        found, advice = f"the answer {answer.status}", "Check the camera"
    return AbsentError(
        f"{answer.address.shown}: expected {wanted}, found {found}. {advice}.",
        # Where it is for what we said, it is asked again only after a while.
        retry_s=REFUSED_RETRY_S if 400 <= answer.status < 500 else 0.0,
    )


def is_web_page(body: bytes) -> bool:
    """True where it is one, by its beginning: what a page is said to be is often wrong."""
    return _WEB_PAGE.match(body) is not None


def web_page(shown: str) -> AbsentError:
    """A page for people where a stream belongs: to log in, mostly, or while a camera starts."""
    return AbsentError(
        f"{shown}: expected a stream, found a web page (HTML). Open the address in a browser: a login page, or "
        "another path than that of the stream? See the camera's manual."
    )


def unanswerable(shown: str, challenge: Challenge) -> AbsentError:
    """A stream that FFmpeg must open, and that asks for what FFmpeg can't answer."""
    return AbsentError(
        f"{shown}: expected a stream that asks for Basic or Digest with MD5, found one that asks for "
        f"{challenge.shown}, which FFmpeg can't answer. User and password are right: choose MD5 or Basic in the "
        "camera.",
        retry_s=REFUSED_RETRY_S,
    )


def unsupported(asked: Sequence[Challenge]) -> str:
    """What a server asks for that we can't answer, for a message."""
    return " or ".join(dict.fromkeys(challenge.shown for challenge in asked))


def _not_let_in(original: Address, answer: HttpResponse) -> tuple[str, str]:
    write = "Write them as USER:PASSWORD@ before the host, special characters as %40 and the like"
    address = answer.address
    if original.user is not None and address.user is None:
        return (
            "another server that asks for user and password: they are given only to the one in the URL",
            f"If it is your camera, write that address: {address.scheme}://USER:PASSWORD@HOST/PATH",
        )
    if address.user is None:
        return "no user and password in the URL", write
    if answer.told:
        if answer.status == 403:
            return "a user who may not see it (403)", "Check the user's rights in the camera"
        return "a user or password that it refuses", write
    if answer.asked and best(answer.asked) is None:
        return (
            f"a server that asks for {unsupported(answer.asked)}, which is not supported",
            "Choose Digest (MD5, SHA-256 or SHA-512-256) or Basic in the camera",
        )
    return (
        f"the answer {answer.status} before it asked for a user",
        "Check the path, and who may connect to the camera",
    )
