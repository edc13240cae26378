"""A connection to PostgreSQL, and what its errors mean."""

import re

import psycopg
from psycopg import errors

from edgeclassify.ingest.interface import DatabaseAwayError, DatabaseError, RowsRefusedError
from edgeclassify.ingest.postgres.address import Address
from edgeclassify.redaction import scrubbed

CONNECT_S = 10
_OPTIONS = {
    "connect_timeout": str(CONNECT_S),
    "application_name": "edgeclassify ingest",
    # A server that is gone without a word is noticed: nothing else would end a wait for it.
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
LOCK_S = 30
"""How long a table that somebody has locked is waited for at a time."""
_SETTINGS = (
    f"SET lock_timeout = '{LOCK_S}s'; SET statement_timeout = '300s'; SET timezone = 'UTC'; "
    "SET client_encoding = 'UTF8'; SET idle_in_transaction_session_timeout = '60s'"
)
_HINTS = (
    (r"password authentication failed|no password supplied|scram", "wrong user or password",
     "Check the user in the URL, and PGPASSFILE (~/.pgpass), the variable PGPASSWORD or ?passfile=FILE"),
    (r"no pg_hba\.conf entry|(Peer|Ident) authentication failed", "the server does not let this user in",
     "Check pg_hba.conf there, and the user in the URL"),
    (r'database ".*" does not exist', "there is no such database", "Make it: createdb --owner USER NAME"),
    (r'role ".*" does not exist', "there is no such user", "Make it: createuser --pwprompt NAME"),
    (r"permission denied for database", "the user may not use it", "GRANT CONNECT, CREATE, TEMPORARY ON DATABASE"),
    (r"is not permitted to log in", "the user may not log in", "ALTER ROLE NAME LOGIN"),
    (r"invalid (connection option|URI)|invalid .*value|unrecognized|extra key/value|invalid port|missing \"=\"",
     "the URL can't be understood", "Expected postgresql://user@host:5432/database?option=value"),
    (r"server does not support SSL", "the server speaks no TLS", "Leave ?sslmode=… out, or set it up there"),
    (r"certificate verify failed|root certificate file", "its certificate is not accepted",
     "Check ?sslrootcert=FILE"),
)  # fmt: skip
"""What libpq says, what it means, and what to do: by trying again nothing of it changes."""


_FOREIGN = (
    errors.UndefinedTable, errors.UndefinedColumn, errors.UndefinedFunction, errors.DuplicateTable,
    errors.DuplicateObject,
)  # fmt: skip
"""Something of our names is there and not ours, or part of ours is gone."""


def connected(address: Address) -> psycopg.Connection:
    """A connection in autocommit. Raises DatabaseError, DatabaseAwayError."""
    try:
        connection = psycopg.connect(address.url, autocommit=True, **_OPTIONS)  # type: ignore[arg-type]
    except psycopg.Error as error:
        raise _unconnected(address, error) from None
    # A plan that is kept would be of the time when the tables were small.
    connection.prepare_threshold = None
    try:
        connection.execute(_SETTINGS)
    except psycopg.Error as error:
        connection.close()
        raise meant(address, error) from error
    return connection


def _unconnected(address: Address, error: psycopg.Error) -> DatabaseError | DatabaseAwayError:
    text = str(error)
    for pattern, meaning, hint in _HINTS:
        if re.search(pattern, text, re.IGNORECASE):
            return DatabaseError(f"{address.shown}: {meaning} ({_line(text)}). {hint}.")
    return DatabaseAwayError(f"{address.shown}: can't be reached ({_line(text)})")


def meant(address: Address, error: psycopg.Error) -> DatabaseError | DatabaseAwayError | RowsRefusedError:
    """What an error of a statement is for an ingest."""
    text = _line(str(error))
    if isinstance(error, errors.InsufficientPrivilege):
        return DatabaseError(
            f"{address.shown}: the user lacks rights ({text}). It has to own the tables of edgeclassify, and may "
            "make such: GRANT USAGE, CREATE ON SCHEMA public, and GRANT TEMPORARY ON DATABASE."
        )
    if isinstance(error, errors.DataError | errors.ProgramLimitExceeded | errors.StatementTooComplex):
        return RowsRefusedError(f"the database refuses it: {text}")
    if isinstance(error, _FOREIGN):
        return DatabaseError(f"{address.shown}: its tables are not ours ({text}). See docs/ingest.md, The tables.")
    return DatabaseAwayError(f"{address.shown}: takes nothing now ({text})")


def _line(text: str) -> str:
    """The last line that says something: libpq lists each address that it has tried."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    said = next((line for line in lines if "FATAL" in line), lines[0] if lines else "no reason is given")
    return scrubbed(re.sub(r"^connection (to server .*? )?failed: ", "", said))[:300]
