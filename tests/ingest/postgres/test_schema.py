"""The schema of a real database: made once, by whoever is first; a later one, or one of others, is refused."""

import threading
from typing import Any

import psycopg
import pytest

from edgeclassify.errors import ExitStatus
from edgeclassify.ingest.interface import DatabaseAwayError, DatabaseError, RowsRefusedError
from edgeclassify.ingest.postgres import schema, session
from edgeclassify.ingest.postgres.address import address_of
from edgeclassify.ingest.postgres.migrations import MIGRATIONS
from edgeclassify.ingest.postgres.store import PostgresStore
from tests.ingest.postgres.test_folding import asked, row
from tests.support.broker import HOST, deaf_port
from tests.support.postgres import PASSWORD, Cluster


def prepared(url: str) -> None:
    store = PostgresStore(address_of(url))
    try:
        store.prepare()
    finally:
        store.close()


def refused(url: str) -> str:
    with pytest.raises(DatabaseError) as error:
        prepared(url)
    assert error.value.exit_status == ExitStatus.CONFIG
    return str(error.value)


def test_several_may_start_at_once(url: str) -> None:
    faults: list[BaseException] = []

    def start() -> None:
        try:
            prepared(url)
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert asked(url, "SELECT version FROM edgeclassify_schema") == [(1,)]


def test_versions_follow_each_other_all_or_nothing(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared(url)
    second = ("CREATE TABLE edgeclassify_more (a integer)", "SELECT 1 / 0")
    monkeypatch.setattr(schema, "MIGRATIONS", (*MIGRATIONS, second))
    with pytest.raises(DatabaseAwayError):
        prepared(url)
    assert asked(url, "SELECT to_regclass('edgeclassify_more')") == [(None,)]
    monkeypatch.setattr(schema, "MIGRATIONS", (MIGRATIONS[0], second[:1]))
    prepared(url)
    prepared(url)
    assert asked(url, "SELECT version FROM edgeclassify_schema ORDER BY 1") == [(1,), (2,)]


def test_a_later_version_is_refused(url: str) -> None:
    prepared(url)
    asked(url, "INSERT INTO edgeclassify_schema (version) VALUES (2) RETURNING 1")
    assert "expected version 1 of its tables at most, found 2: a later edgeclassify has made them" in refused(url)


def test_what_the_server_refuses_is_one_message(
    cluster: Cluster, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", "wrong-one-here")
    with psycopg.connect(cluster.url(), autocommit=True) as owner:
        owner.execute("DROP ROLE IF EXISTS guest")
        owner.execute(f"CREATE ROLE guest LOGIN PASSWORD '{PASSWORD}'")
    text = refused(cluster.url("fleet", "guest"))
    assert "wrong user or password" in text
    assert "PGPASSFILE" in text
    text = refused(f"postgresql://guest:{PASSWORD}x@{HOST}:{cluster.port}/fleet")
    assert "wrong user or password" in text
    assert PASSWORD not in text
    assert "there is no such database" in refused(cluster.url("flete"))
    assert "there is no such user" in refused(cluster.url("fleet", "nobody"))
    assert "the URL can't be understood" in refused(f"{url}?sslmode=perhaps")
    # It may come in, and may make no tables.
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    text = refused(cluster.url("fleet", "guest"))
    assert "the user lacks rights (permission denied for schema public)" in text


@pytest.mark.parametrize(
    "foreign",
    ["CREATE TABLE edgeclassify_events (a integer)", "CREATE VIEW edgeclassify_presence AS SELECT 1 AS node",
     "CREATE INDEX edgeclassify_events_ts ON theirs (a)", "CREATE TYPE edgeclassify_events AS ENUM ('a')"],
)  # fmt: skip
def test_what_is_there_of_others_is_one_message(url: str, foreign: str) -> None:
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("CREATE TABLE theirs (a integer)")
        owner.execute(foreign)
    assert "its tables are not ours" in refused(url)


def test_a_password_file_is_enough(cluster: Cluster, url: str, tmp_path: Any) -> None:
    with psycopg.connect(cluster.url(), autocommit=True) as owner:
        owner.execute("DROP ROLE IF EXISTS guest")
        owner.execute(f"CREATE ROLE guest LOGIN PASSWORD '{PASSWORD}'")
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("GRANT CREATE ON SCHEMA public TO guest")
    passfile = tmp_path / "passfile"
    passfile.write_text(f"{HOST}:{cluster.port}:fleet:guest:{PASSWORD}\n")
    passfile.chmod(0o600)
    prepared(f"{cluster.url('fleet', 'guest')}?passfile={passfile}")


def test_a_server_that_is_not_there_is_waited_for(cluster: Cluster) -> None:
    with deaf_port() as port, pytest.raises(DatabaseAwayError, match="can't be reached"):
        prepared(f"postgresql://owner@{HOST}:{port}/fleet")
    with pytest.raises(DatabaseAwayError, match="can't be reached"):
        prepared("postgresql://owner@no-such-host.invalid/fleet")


def test_a_locked_table_is_waited_for_at_a_time(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_SETTINGS", "SET lock_timeout = '100ms'")
    store = PostgresStore(address_of(url))
    store.prepare()
    with psycopg.connect(url) as other:
        other.execute("LOCK TABLE edgeclassify_events")
        with pytest.raises(
            DatabaseAwayError, match=r"takes nothing now \(canceling statement due to lock timeout"
        ):
            store.write([row(1)])
    store.write([row(1)])
    store.close()
    assert asked(url, "SELECT count(*) FROM edgeclassify_events") == [(1,)]


def test_tables_of_somebody_else_are_said(url: str) -> None:
    store = PostgresStore(address_of(url))
    store.prepare()
    with psycopg.connect(url) as other:
        other.execute("ALTER TABLE edgeclassify_events RENAME TO mine")
    with pytest.raises(DatabaseError, match="its tables are not ours"):
        store.write([row(1)])
    store.close()


def test_a_row_that_can_not_be_kept_is_told_from_a_database_that_can_not(store: PostgresStore, url: str) -> None:
    deep = "[" * 200_000 + "]" * 200_000
    with pytest.raises(RowsRefusedError, match="the database refuses it"):
        store.write([row(1), row(2, details=deep)])
    store.write([row(1)])
    assert asked(url, "SELECT seq FROM edgeclassify_events") == [(1,)]


def test_a_connection_that_broke_is_made_again(store: PostgresStore, url: str) -> None:
    store.write([row(1)])
    end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = %s"
    assert asked(url, end, "edgeclassify ingest") == [(1,)]
    with pytest.raises(DatabaseAwayError):
        store.write([row(2)])
    store.write([row(2)])
    assert asked(url, "SELECT seq FROM edgeclassify_events ORDER BY 1") == [(1,), (2,)]
