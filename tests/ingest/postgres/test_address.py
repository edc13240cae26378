"""Which database is meant, and that nobody reads its password."""

import pytest

from edgeclassify.errors import ExitStatus, UsageError
from edgeclassify.ingest.postgres.address import address_of
from edgeclassify.redaction import scrubbed


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ann@db.example:5433/fleet", "database fleet at db.example:5433"),
        ("postgres://db/fleet?sslmode=require", "database fleet at db"),
        ("postgresql:///fleet?host=/run/postgresql", "database fleet at /run/postgresql"),
        ("postgresql:///", "database of the user at this machine"),
        ("postgresql://a@b,c/fleet", "database fleet at b,c"),
    ],
)
def test_what_is_shown_of_it(url: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGHOST", "PGDATABASE"):
        monkeypatch.delenv(name, raising=False)
    address = address_of(url)
    assert (address.url, address.shown) == (url, shown)


def test_the_environment_names_what_the_url_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "db")
    monkeypatch.setenv("PGDATABASE", "fleet")
    assert address_of("postgresql://").shown == "database fleet at db"


@pytest.mark.parametrize(
    "url", ["postgresql://ann:Xy%40zz9876@db/fleet", "postgresql://db/fleet?password=Xy%40zz9876"]
)
def test_a_password_shows_nowhere(url: str) -> None:
    address = address_of(url)
    assert "zz9876" not in address.shown + repr(address)
    assert "zz9876" not in scrubbed("connection failed: Xy@zz9876 or Xy%40zz9876 is wrong")


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("mysql://ann:geheim@db/fleet", "found mysql://…: only PostgreSQL is known"),
        ("fleet", "found something else"),
        ("ann:geheim@db", "found something else"),
        ("postgresql://[geheim/fleet", "found postgresql://…, which is none"),
    ],
)
def test_what_is_no_database_is_said_without_showing_it(url: str, found: str) -> None:
    with pytest.raises(UsageError) as error:
        address_of(url)
    assert str(error.value).endswith(found)
    assert str(error.value).startswith(
        "ingest: expected the URL of a database, as postgresql://user@host/database"
    )
    assert "geheim" not in str(error.value)
    assert error.value.exit_status == ExitStatus.USAGE
