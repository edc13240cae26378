"""Which database is meant: a URL of the command line, without its password wherever it is shown."""

import os
import re
from urllib.parse import unquote

from edgeclassify.errors import UsageError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.redaction import HIDDEN, remember, secrets_in

SCHEMES = ("postgresql", "postgres")
_EXPECTED = "ingest: expected the URL of a database, as postgresql://user@host/database"
_SECRET = ("password", "sslpassword")
_UNKNOWN = re.compile(r'invalid URI query parameter: "([a-z_]+)"')


@dataclass(frozen=True, slots=True)
class Address:
    """A database. `url` as it was given, for libpq alone; `shown` is for people: no user's password, no query.

    `has_password`: everybody on this machine can read it in the list of processes.
    """

    url: str
    shown: str
    has_password: bool

    def __repr__(self) -> str:
        return f"Address({self.shown!r})"


def address_of(url: str) -> Address:
    """Raises UsageError for what is no URL of a PostgreSQL, ImportError where psycopg is missing.

    Remembers a password in it, so that no log has it.
    """
    scheme, is_url, rest = url.partition("://")
    if not is_url or not scheme.isalnum():
        # It may be a password, typed in the wrong place.
        raise UsageError(f"{_EXPECTED}, found something else")
    if scheme not in SCHEMES:
        raise UsageError(f"{_EXPECTED}, found {scheme.lower()}://{HIDDEN}: only PostgreSQL is known")
    parts = _understood(url)
    user, where = _split(rest)
    before_query, _, query = where.partition("?")
    ports = parts.get("port", "").split(",")
    if "@" in before_query or not all(port.isdecimal() for port in ports if port):
        raise UsageError(
            f"{_EXPECTED}, found {scheme}://{HIDDEN} with an @ too many, or a port that is no number. "
            "In a password @ is written %40, / is %2F, : is %3A"
        )
    secrets = {unquote(user.partition(":")[2]), *(parts[key] for key in _SECRET if key in parts)} - {""}
    in_doubt = "@" in query
    # One of three letters is a secret as well, but none that texts can be searched for.
    remember(secrets | (secrets_in(rest) if in_doubt else set()))
    shown = "the database of the URL" if in_doubt else _shown(parts)
    return Address(url, shown, bool(secrets))


def _understood(url: str) -> dict[str, str]:
    """The URL's parts as libpq takes them."""
    from psycopg import ProgrammingError  # late: who has typed another kind of URL is told that, without it
    from psycopg.conninfo import conninfo_to_dict

    try:
        return {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
    except ProgrammingError as error:
        option = _UNKNOWN.search(str(error))
        what = f"?{option[1]}=, which no PostgreSQL knows" if option and url.count("@") < 2 else "which is none"
        raise UsageError(f"{_EXPECTED}, found {url.partition(':')[0]}://{HIDDEN}, {what}") from None


def _split(rest: str) -> tuple[str, str]:
    """User and password, and what follows: for libpq they end at the first @ before any slash."""
    before, is_there, after = rest.partition("@")
    return (before, after) if is_there and "/" not in before else ("", rest)


def _shown(parts: dict[str, str]) -> str:
    name = parts.get("dbname") or os.environ.get("PGDATABASE", "")
    hosts = [f"[{host}]" if ":" in host else host for host in parts.get("host", "").split(",")]
    ports = parts.get("port", "").split(",")
    ports = ports if len(ports) == len(hosts) else ports[:1] * len(hosts)
    named = ",".join(f"{host}:{port}" if port else host for host, port in zip(hosts, ports, strict=True))
    place = named or os.environ.get("PGHOST", "")
    return f"database {name or 'of the user'} at {place or 'this machine'}"
