"""Answers to WWW-Authenticate, as HTTP and RTSP have it: Digest (RFC 7616) and Basic (RFC 7617).

requests' HTTPDigestAuth knows neither SHA-512-256 nor SHA-256-sess, nor auth-int, nor a hashed user; it takes all
challenges of an answer for one, needs quotes where they belong, and asks again only once where a nonce was too
old.
Of an RTSP URL it would sign the path alone. The tests in tests/sources/http hold each of these.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import field

from edgeclassify.lazy_dataclass import dataclass

ALGORITHMS = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}
"""What Digest may be reckoned with, the strongest last: RFC 7616's names, each also with -sess, and hashlib's."""
SESSION = "-SESS"
UNSUPPORTED_BY_FFMPEG = ("SHA-256", "SHA-512-256")

_TOKEN = r"[!#$%&'*+.^_`|~\w-]+"
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_SCHEME = re.compile(rf"[\s,]*({_TOKEN})(?=[\s,]|$)(?!\s*=)")
_KNOWN_SCHEMES = ("basic", "digest", "bearer", "negotiate", "ntlm")
_HAS_PARAMETER = re.compile(rf"\s+{_TOKEN}\s*=")
# A realm of several words may lack its quotes.
_PARAMETER = re.compile(rf"[\s,]*({_TOKEN})\s*=\s*({_QUOTED}|(?<=realm=)[^,=\"]*(?=,)|[^\s,]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way to say who we are that a server offers: a scheme in lower case and its parameters."""

    scheme: str
    parameters: dict[str, str]

    @property
    def algorithm(self) -> str:
        """Of Digest, in capitals, without -SESS; empty for other schemes."""
        return self.name.removesuffix(SESSION)

    @property
    def name(self) -> str:
        """Of Digest's algorithm, in capitals; empty for other schemes."""
        if self.scheme != "digest":
            return ""
        named = self.parameters.get("algorithm", "").upper() or "MD5"
        return named.replace("SHA256", "SHA-256").replace("SHA512", "SHA-512")  # some leave the hyphen out

    @property
    def shown(self) -> str:
        """For messages."""
        return f"Digest with {_printable(self.name)}" if self.scheme == "digest" else _printable(self.scheme)

    @property
    def is_stale(self) -> bool:
        """True where only the nonce was too old: the password was right."""
        return self.parameters.get("stale", "").lower() == "true"

    @property
    def strength(self) -> int:
        """The higher the better; 0: we can't answer it."""
        if self.scheme == "basic":
            return 1
        known = self.algorithm in ALGORITHMS and ALGORITHMS[self.algorithm] in hashlib.algorithms_available
        return 2 + list(ALGORITHMS).index(self.algorithm) if known and _quality(self) is not None else 0


def challenges(headers: Iterable[tuple[str, str]]) -> list[Challenge]:
    """Those of an answer's headers (lower-case name, value), in their order: several may stand in one header."""
    return [one for name, value in headers if name == "www-authenticate" for one in _parsed(value)]


def best(asked: Sequence[Challenge]) -> Challenge | None:
    """The strongest that we can answer; where a server names none, Basic. None: there is none."""
    if not asked:
        return Challenge("basic", {})
    strongest = max(asked, key=lambda challenge: challenge.strength)
    return strongest if strongest.strength else None


@dataclass(slots=True)
class Login:
    """A user's answers to one challenge: the count of them goes on."""

    user: str = field(repr=False)
    password: str = field(repr=False)
    challenge: Challenge
    count: int = 0

    def header(self, method: str, target: str) -> str:
        """The value of the header Authorization for one request without a body."""
        if self.challenge.scheme == "basic":
            pair = f"{self.user}:{self.password}".encode(errors="surrogateescape")
            return f"Basic {base64.b64encode(pair).decode()}"
        self.count += 1
        return digest_answer(self, method, target, secrets.token_hex(8))


def digest_answer(login: Login, method: str, target: str, mine: str) -> str:
    """The header that answers a challenge for a digest."""
    challenge = login.challenge
    given = challenge.parameters
    realm, nonce, opaque = (given.get(name, "") for name in ("realm", "nonce", "opaque"))
    quality, count = _quality(challenge), f"{login.count:08x}"
    who = _hash(challenge, f"{login.user}:{realm}:{login.password}")
    if challenge.name.endswith(SESSION):
        who = _hash(challenge, f"{who}:{nonce}:{mine}")
    what = _hash(challenge, f"{method}:{target}" + (f":{_hash(challenge, '')}" if quality == "auth-int" else ""))
    middle = f"{nonce}:{count}:{mine}:{quality}" if quality else nonce
    hashed = given.get("userhash", "").lower() == "true"
    user = _hash(challenge, f"{login.user}:{realm}") if hashed else login.user
    named = {"username": user, "realm": realm, "nonce": nonce, "uri": target}
    parts = [f"{name}={_quoted(value)}" for name, value in named.items()]
    parts.append(f'response="{_hash(challenge, f"{who}:{middle}:{what}")}"')
    if "algorithm" in given:
        parts.append(f"algorithm={given['algorithm']}")
    if quality:
        parts += [f"qop={quality}", f"nc={count}"]
    if quality or challenge.name.endswith(SESSION):
        parts.append(f'cnonce="{mine}"')
    if "opaque" in given:
        parts.append(f"opaque={_quoted(opaque)}")
    return "Digest " + ", ".join(parts + (["userhash=true"] if hashed else []))


def _quality(challenge: Challenge) -> str | None:
    """auth where it is offered, else auth-int; empty as of old where none is named; None: others alone."""
    offered = re.findall(r"[\w-]+", challenge.parameters.get("qop", "").lower())
    return next((known for known in ("auth", "auth-int") if known in offered), None if offered else "")


def _hash(challenge: Challenge, text: str) -> str:
    return hashlib.new(
        ALGORITHMS[challenge.algorithm], text.encode(errors="surrogateescape"), usedforsecurity=False
    ).hexdigest()


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text


def _printable(text: str) -> str:
    """A server's word for a message."""
    return re.sub(r"[^\w+./-]", "", text, flags=re.ASCII)[:30]


def _parsed(value: str) -> list[Challenge]:
    found: list[Challenge] = []
    at = 0
    while at < len(value):
        if parameter := _PARAMETER.match(value, at):
            if found:
                found[-1].parameters.setdefault(parameter[1].lower(), _unquoted(parameter[2]))
            at = parameter.end()
        elif scheme := _SCHEME.match(value, at):
            at = scheme.end()
            # Behind others it may be the rest of a list that lacks its quotes: qop=auth,auth-int.
            if not found or scheme[1].lower() in _KNOWN_SCHEMES or _HAS_PARAMETER.match(value, at):
                found.append(Challenge(scheme[1].lower(), {}))
        else:  # a token of a scheme we don't know, or rubbish
            at += 1
    return found
