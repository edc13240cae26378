"""One GET whose body may go on and on, read as it comes, with waits that end in time.

Neither http.client nor what stands on it (urllib3, requests) can be waited on for a while and then again, and
their timeouts hold for each byte: a server that sends one a second is waited for as long as it likes. They refuse
what cameras say, too: ICY or HTTP/2 in the first line, an interim answer other than 100, more than 100 headers, a
chunked body without its last chunk. tests/sources/http/test_client.py holds each of these.
"""

from dataclasses import field, replace

from edgeclassify.errors import AbsentError
from edgeclassify.http.address import REFUSED_RETRY_S, Address, parse_address, redirected
from edgeclassify.http.auth import Login, best, challenges
from edgeclassify.http.connection import connect
from edgeclassify.http.deadline import Deadline, Patience
from edgeclassify.http.head import read_head, request_head
from edgeclassify.http.response import Headers, HttpResponse, HttpStream, header_of
from edgeclassify.http.trust import CAREFUL, Trust
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.redaction import redacted_text
from edgeclassify.sources.http.refusals import refused

MAX_REDIRECTS = 10
MAX_LOGINS = 3
"""A nonce may be too old when it is used, once or twice."""
GIVEN = (200, 203, 206)
"""What was asked for comes with these: 206 from cameras that answer as if a part had been asked for."""

MOST_COOKIES = 50
Cookies = dict[tuple[str, str, int], dict[str, str]]
"""What a server wants to hear again on the way of its redirects: of each name the pair NAME=VALUE."""
Logins = dict[tuple[str, str, int], Login]
"""What was answered to whom: the next request needs no refusal before it."""


@dataclass(frozen=True, slots=True)
class RequestOptions:
    """How something is asked for once: how long at most, whom to trust, what is known of the servers' wishes."""

    patience: Patience
    trust: Trust = CAREFUL
    logins: Logins | None = None
    cookies: Cookies = field(default_factory=dict)


def ask(url: str, request: RequestOptions) -> tuple[Address, HttpResponse]:
    """The address asked for, and the answer of it or of where it redirects to.

    User and password of the URL go to its own server alone, and only when it asks for them.
    Raises AbsentError where nobody answers in time, or what is no HTTP, MissingInputError for what is no URL.
    """
    original = parse_address(url)
    address, deadline = original, Deadline(request.patience.total_s)
    for _ in range(MAX_REDIRECTS + 1):
        answer = _ask(address, request, deadline)
        location = header_of(answer.headers, "location")
        if not 300 <= answer.status < 400 or not location:
            return original, answer
        there = redirected(address, location)
        if there.server == original.server:  # from another one back again
            there = replace(there, user=original.user, password=original.password)
        address = replace(there, shown=f"{original.shown} (redirected to {there.shown})")
    raise AbsentError(
        f"{original.shown}: found more than {MAX_REDIRECTS} redirects. Open the address in a browser, and write "
        "where it ends.",
        retry_s=REFUSED_RETRY_S,
    )


def get(url: str, request: RequestOptions, wanted: str = "a stream") -> HttpStream:
    """Ask for a URL whose answer is `wanted`; errors as of ask(), and AbsentError for every refusal."""
    original, answer = ask(url, request)
    if answer.stream is None:
        raise refused(original, answer, wanted)
    return answer.stream


def _ask(address: Address, request: RequestOptions, deadline: Deadline) -> HttpResponse:
    """The answer to a user who is known, or gets known; where a nonce was too old, with the new one."""
    logins = {} if request.logins is None else request.logins
    login = logins.get(address.server) if address.user is not None else None
    fresh = False
    for _ in range(MAX_LOGINS):
        answer = _ask_once(address, login, request, deadline)
        # Some cameras answer 403 to who says nothing, without a question: Basic is what they mean.
        if answer.status not in (401, 403) or address.user is None or (answer.status == 403 and answer.told):
            return answer
        challenge = best(answer.asked)
        if challenge is None or (fresh and not challenge.is_stale):
            logins.pop(address.server, None)
            return answer
        login, fresh = Login(address.user, address.password, challenge), True
        logins[address.server] = login
    return answer


def _ask_once(address: Address, login: Login | None, request: RequestOptions, deadline: Deadline) -> HttpResponse:
    patience = request.patience
    header = "" if login is None else f"Authorization: {login.header('GET', address.target)}\r\n"
    if cookies := request.cookies.get(address.server):
        header += f"Cookie: {'; '.join(cookies.values())}\r\n"
    try:
        connection = connect(address, deadline.left_s(patience.connect_s), request.trust)
    except TimeoutError as error:
        raise _silent(address, patience.total_s) from error
    try:
        connection.settimeout(deadline.left_s(patience.silence_s))
        connection.sendall(request_text(address, header).encode(errors="surrogateescape"))
        status, headers, rest = read_head(connection, Deadline(deadline.left_s(patience.silence_s)))
    except TimeoutError as error:
        connection.close()
        raise _silent(address, patience.silence_s) from error
    except (OSError, ValueError) as error:
        connection.close()
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise AbsentError(
            f"{address.shown}: expected an HTTP answer, found none ({redacted_text(reason)})."
        ) from error
    _keep_cookies(request.cookies.setdefault(address.server, {}), headers)
    if status not in GIVEN:
        connection.close()
        return HttpResponse(status, headers, address, None, tuple(challenges(headers)), login is not None)
    connection.settimeout(patience.silence_s)
    stream = HttpStream(connection, headers, rest)
    stream.challenge = None if login is None else login.challenge
    return HttpResponse(status, headers, address, stream, (), login is not None)


def _keep_cookies(cookies: dict[str, str], headers: Headers) -> None:
    for header, value in headers:
        pair = value.partition(";")[0].strip()
        name, equals, _ = pair.partition("=")
        if header == "set-cookie" and name and equals and len(cookies) < MOST_COOKIES:
            cookies[name] = pair


def _silent(address: Address, seconds: float) -> AbsentError:
    return AbsentError(f"{address.shown}: expected an HTTP answer, found none in {seconds:g} s. Check the camera.")


def request_text(address: Address, header: str) -> str:
    """The head of a GET of the address, with a header for whoever it is asked as."""
    return request_head(
        "GET", address, f"Accept: */*\r\nAccept-Encoding: identity\r\nConnection: close\r\n{header}"
    )
