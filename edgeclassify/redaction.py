"""What must not be shown of URLs and texts: users, passwords, tokens, queries; also of what was typed wrong.

Two lines of defence. A URL is shown part by part, and only where each part is certain to be what it looks like: of
all else the scheme alone. And what is known to be secret (of the config that was read) is taken out of every text
that leaves the process: `scrubbed`.
"""

import json
import re
from collections.abc import Iterable

from edgeclassify.late_pattern import late_pattern

HIDDEN = "…"
LEAST_SECRET = 4
"""Characters of a secret that is looked for in texts: shorter ones are part of every second word."""
SHORT_SECRET = 8
"""Shorter ones count only as words of their own."""
COMMON = frozenset((
    "admin", "root", "user", "password", "secret", "mqtt", "mosquitto", "broker", "localhost", "camera", "stream",
    "rtsp", "http", "https", "edgeclassify", "homeassistant", "home", "view", "true", "false", "none", "null",
))  # fmt: skip
"""Words of our own texts: where one of them is a password, leaving it out would tell more than it hides."""
SCHEMES = (
    "http", "https", "rtsp", "rtsps", "rtmp", "rtmps", "rtsph", "mms", "rtp", "udp", "tcp", "srt", "ws", "wss",
    "ftp", "ftps", "sftp", "file", "mqtt", "mqtts", "ssl", "tls", "onvif",
)  # fmt: skip

_KINDS = "picamera|v4l2|video|images|watch|synthetic"
_PREFIX = late_pattern(rf"((?:(?:{_KINDS}): *)*)(.*)", re.IGNORECASE | re.DOTALL)
_URL = late_pattern(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?:[^/?#]*@)?(?P<host>\[[0-9a-f:.]+(?:%[\w.-]+)?\]|[\w.-]+)"
    r"(?P<port>:[0-9]{1,5})?(?P<path>/[^?#]*)?(?P<query>\?[^#]*)?(?:#.*)?",
    re.IGNORECASE | re.DOTALL,
)
_SCHEME = late_pattern(rf"\b({'|'.join(SCHEMES)}):", re.IGNORECASE)
# What stands behind such a name. A password may hold any separator: it ends where the next key begins.
_NAMED = late_pattern(
    r"((?:pas(?:s\w*?)?|pwd|psw|token|secret|credentials?|key|auth(?:orization)?|sig(?:nature)?|session(?:id)?)"
    r"(?:=|:(?!\s|//)|%3D|%3A))((?:(?![_&/;][a-z0-9]+=).)*)",
    re.IGNORECASE,
)
_NAMED_FOLDER = late_pattern(r"(/(?:pass|password|pwd|token|secret|apikey|api_key)/)([^/]+)", re.IGNORECASE)
# With a / of a password that was not encoded, too.
_USER = late_pattern(r"://(?:[^/]*|[^/@]*:[^@]*)@")
_ADDRESS = late_pattern(
    r"@(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?(?=[/?#]|$)", re.IGNORECASE
)
_MAY_BE_URL = late_pattern(r":.*@|^//|:.*//|:\\\\", re.DOTALL)
_RUN = late_pattern(r"\S*(?::/|//|:\\|@)\S*")
_PLAIN_SOURCE = late_pattern(r"[\w-]{1,20}(?::[0-9]{0,2}|:/dev/[\w/.-]*)?")


def redacted_url(url: str) -> str:
    """The URL for people and logs, without user, password, query and fragment; of one typed wrong the scheme.

    A kind of source before it stays ("images:http://…"). In a path, what stands behind `password=` and the like is
    left out. An @ behind the host may belong to a password that was not encoded: then all is hidden, too.
    """
    prefix, bare = _split_prefix(url)
    found = _URL.fullmatch(bare)
    path = "" if found is None else found["path"] or ""
    tail = "" if found is None else bare[found.end("host") :]
    if found is None or "@" in tail or found["scheme"].lower() not in SCHEMES or not _is_port(found["port"]):
        return f"{prefix}{_scheme_of(bare)}{HIDDEN}"
    query = f"?{HIDDEN}" if found["query"] and len(found["query"]) > 1 else ""
    return (
        f"{prefix}{found['scheme'].lower()}://{found['host']}{found['port'] or ''}"
        f"{without_named_secrets(path)}{query}"
    )


def redacted_to_server(url: str) -> str:
    """As redacted_url(), for a URL whose path may be a secret as a whole: its server alone."""
    shown = redacted_url(url)
    found = re.fullmatch(r"((?:\w+:)*\w+://[^/?]+)[/?].+", shown, re.DOTALL)
    return shown if found is None else f"{found[1]}/{HIDDEN}"


def redacted_value(value: str) -> str:
    """A value of the config that may hold a URL, or be meant as one."""
    return redacted_url(value) if may_be_url(value) else without_named_secrets(value)


def redacted_source(source: str) -> str:
    """A camera's source, right or wrong: a kind that is none may be a user's name before a password."""
    prefix, rest = _split_prefix(source)
    if not may_be_url(rest) and (prefix or _PLAIN_SOURCE.fullmatch(rest)):
        return without_named_secrets(source)
    return redacted_url(source)


def redacted_text(text: str) -> str:
    """A sentence, of a library for example, without what may be a URL's secrets in it."""
    return without_named_secrets(_RUN.sub(lambda run: redacted_url(run[0]), text))


def may_be_url(text: str) -> bool:
    """True where it is a URL or may be meant as one: for an @ behind a colon, a scheme, its slashes."""
    return _MAY_BE_URL.search(text) is not None or _SCHEME.search(text) is not None


def without_named_secrets(text: str) -> str:
    """`text` without what stands behind `password=`, as cameras take it in paths and queries of URLs."""
    return _NAMED_FOLDER.sub(rf"\1{HIDDEN}", _NAMED.sub(rf"\1{HIDDEN}", text))


def holds_secret(source: str) -> bool:
    """True where a source may have a password in it: `user:password@`, or behind `password=`."""
    return _USER.search(source) is not None or ("://" in source and _NAMED.search(source) is not None)


def secrets_in(url: str) -> set[str]:
    """What is, or may be, secret in a URL: its password, and the pieces of it where it may not be encoded."""
    _, bare = _split_prefix(url)
    scheme, _, rest = bare.partition(":") if _SCHEME.match(bare) else ("", "", bare)
    rest = rest.lstrip("/\\")
    before, at, _ = rest.rpartition("@")
    if not at:
        before = "" if scheme and _is_host(rest) else re.split(r"[/?#]", rest, maxsplit=1)[0]
    user, colon, password = before.partition(":")
    # With an @ in the path, the host seems to be the password's: an IP address is none, and others share it.
    pieces = re.split(r"[:/@?#\\\s]+", _ADDRESS.sub(" ", password))
    found = {password, *pieces} if colon else {user} if at else set()
    return {secret for secret in found | _named(rest) if len(secret) >= LEAST_SECRET}


class KnownSecrets:
    """What is left out of texts."""

    def __init__(self) -> None:
        self._forms: frozenset[str] = frozenset()
        self._pattern: re.Pattern[str] | None = None

    def remember(self, secrets: Iterable[str]) -> None:
        """From now on these are left out: as they are, encoded, and in quotes."""
        wanted = [secret for secret in secrets if secret.lower() not in COMMON]
        forms = {form for secret in wanted for form in _forms(secret) if len(form) >= LEAST_SECRET}
        if forms <= self._forms:
            return
        self._forms |= forms
        ordered = sorted(self._forms, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_bounded, ordered)), re.IGNORECASE)

    def scrubbed(self, text: str) -> str:
        """`text` without them."""
        return text if self._pattern is None else self._pattern.sub(HIDDEN, text)


KNOWN = KnownSecrets()
"""The process's."""


def remember(secrets: Iterable[str]) -> None:
    """From now on these show in no text of this process that went through scrubbed()."""
    KNOWN.remember(secrets)


def remember_all_in(document: object) -> None:
    """Remember what may be secret in any string of a document, keys too, as TOML or JSON gives it."""
    if isinstance(document, dict):
        for key, value in document.items():
            remember_all_in(key)
            remember_all_in(value)
    elif isinstance(document, list):
        for value in document:
            remember_all_in(value)
    elif isinstance(document, str) and (may_be_url(document) or _NAMED.search(document)):
        remember(secrets_in(document))


def scrubbed(text: str) -> str:
    """`text` without what is known to be secret."""
    return KNOWN.scrubbed(text)


def _split_prefix(source: str) -> tuple[str, str]:
    """The kinds of source before a URL, in lower case, and the rest."""
    match = _PREFIX.fullmatch(source.strip())
    assert match is not None, "the pattern fits every text"
    return match[1].lower().replace(" ", ""), match[2]


def _scheme_of(bare: str) -> str:
    found = _SCHEME.match(bare)
    if found is None:
        return ""
    return f"{found[1].lower()}://" if bare[found.end() :].startswith("//") else f"{found[1].lower()}:"


def _is_port(port: str | None) -> bool:
    return port is None or 0 < int(port[1:]) < 65536


def _is_host(rest: str) -> bool:
    found = _URL.fullmatch(f"http://{rest}")
    return found is not None and _is_port(found["port"])


def _named(text: str) -> set[str]:
    matches = [*_NAMED.finditer(text), *_NAMED_FOLDER.finditer(text)]
    return {match[2] for match in matches}


def _forms(secret: str) -> set[str]:
    """How a secret may stand in a text: raw, decoded, encoded, and as Python and JSON write it in quotes."""
    from urllib.parse import quote, unquote  # with what reads addresses: for who has secrets

    decoded = unquote(secret)
    plain = {secret, decoded}
    return {
        *plain, *(quote(text, safe="") for text in plain), *(repr(text)[1:-1] for text in plain),
        *(json.dumps(text)[1:-1] for text in plain), json.dumps(decoded, ensure_ascii=False)[1:-1],
    }  # fmt: skip


def _bounded(secret: str) -> str:
    """The pattern of a secret; a short one is none in the middle of a word or number."""
    pattern = re.escape(secret)
    return pattern if len(secret) >= SHORT_SECRET else rf"(?<![^\W_]){pattern}(?![^\W_])"
