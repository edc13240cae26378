"""The schema of the database: which version it has, and brought to ours."""

import psycopg

from edgeclassify.ingest.interface import DatabaseError
from edgeclassify.ingest.postgres.address import Address
from edgeclassify.ingest.postgres.migrations import MIGRATIONS

LOCK = 0x65646765_0001
"""Of PostgreSQL's advisory locks: who has it may change tables, or fold a batch in; nobody else does meanwhile."""


def bring_up_to_date(connection: psycopg.Connection, address: Address) -> int:
    """Run what is missing, in one transaction; several ingests may start at once. Returns the version.

    Raises DatabaseError for a later version; psycopg.Error.
    """
    newest = len(MIGRATIONS)
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        version = _version(connection)
        if version > newest:
            raise DatabaseError(
                f"{address.shown}: expected version {newest} of its tables at most, found {version}: a later "
                "edgeclassify has made them. Update this one."
            )
        for number in range(version + 1, newest + 1):
            for statement in MIGRATIONS[number - 1]:
                connection.execute(statement)
            connection.execute("INSERT INTO edgeclassify_schema (version) VALUES (%s)", (number,))
    return newest


def _version(connection: psycopg.Connection) -> int:
    row = connection.execute("SELECT to_regclass('edgeclassify_schema') IS NOT NULL").fetchone()
    if row is None or not row[0]:
        return 0
    row = connection.execute("SELECT COALESCE(MAX(version), 0) FROM edgeclassify_schema").fetchone()
    return 0 if row is None else int(row[0])
