"""Which database is meant: a URL of the command line, without its password wherever it is shown."""

import os
from urllib.parse import parse_qs, unquote, urlsplit

from edgeclassify.errors import UsageError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.redaction import HIDDEN, remember

SCHEMES = ("postgresql", "postgres")
_EXPECTED = "ingest: expected the URL of a database, as postgresql://user@host/database"


@dataclass(frozen=True, slots=True)
class Address:
    """A database. `url` as it was given, for libpq alone; `shown` is for people: no user's password, no query."""

    url: str
    shown: str

    def __repr__(self) -> str:
        return f"Address({self.shown!r})"


def address_of(url: str) -> Address:
    """Raises UsageError for what is no URL of a PostgreSQL; remembers a password in it, so that no log has it."""
    scheme, is_url, _ = url.partition("://")
    if not is_url or not scheme.isalnum():
        # It may be a password, typed in the wrong place.
        raise UsageError(f"{_EXPECTED}, found something else")
    if scheme.lower() not in SCHEMES:
        raise UsageError(f"{_EXPECTED}, found {scheme.lower()}://{HIDDEN}: only PostgreSQL is known")
    try:
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        secrets = {unquote(text) for text in [parts.password or "", *query.get("password", [])]}
        host = parts.netloc.rpartition("@")[2] or query.get("host", [""])[0] or os.environ.get("PGHOST", "")
    except ValueError:
        raise UsageError(f"{_EXPECTED}, found {scheme.lower()}://{HIDDEN}, which is none") from None
    # One of three letters is a secret as well, but none that texts can be searched for.
    remember(secret for secret in secrets if secret)
    name = unquote(parts.path.lstrip("/")) or query.get("dbname", [""])[0] or os.environ.get("PGDATABASE", "")
    return Address(url, f"database {name or 'of the user'} at {host or 'this machine'}")


def has_password(address: Address) -> bool:
    """True where everybody on this machine can read it in the list of processes."""
    parts = urlsplit(address.url)
    return bool(parts.password) or "password" in parse_qs(parts.query)
