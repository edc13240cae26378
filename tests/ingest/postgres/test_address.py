"""Which database is meant, and that nobody reads its password."""

import pytest

from edgeclassify.errors import ExitStatus, UsageError
from edgeclassify.ingest.postgres.address import address_of
from edgeclassify.redaction import scrubbed

_TOO_MANY = (
    "found postgresql://… with an @ too many, or a port that is no number. "
    "In a password @ is written %40, / is %2F, : is %3A"
)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ann@db.example:5433/fleet", "database fleet at db.example:5433"),
        ("postgres://db/fleet?sslmode=require", "database fleet at db"),
        ("postgresql:///fleet?host=/run/postgresql", "database fleet at /run/postgresql"),
        ("postgresql:///", "database of the user at this machine"),
        ("postgresql://a@b,c/fleet", "database fleet at b,c"),
        ("postgresql://a@b:1,[::1]:2/fleet", "database fleet at b:1,[::1]:2"),
        ("postgresql://db/fleet?host=other&port=7", "database fleet at other:7"),
        ("postgresql://a:se@db/fleet", "database fleet at db"),
        # As libpq has it, a password ends at the first @, whatever is in it.
        ("postgresql://u:pa#ss1234@127.0.0.1:1/db", "database db at 127.0.0.1:1"),
        ("postgresql://u:pa?ss1234@db", "database of the user at db"),
        ("postgresql://db/fleet?user=u@v", "the database of the URL"),
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


def test_a_password_is_whatever_libpq_takes_for_it() -> None:
    assert address_of("postgresql://u:pa#qq1234?x@db/fleet").has_password
    assert "1234" not in scrubbed("no: pa#qq1234?x")
    # The later one is used, the other one may be for another server.
    address_of("postgresql://u:qqfirst77@db/fleet?password=qqsecond77&sslpassword=qqthird77")
    assert scrubbed("qqfirst77, qqsecond77, qqthird77") == "…, …, …"
    assert address_of("postgresql://db/fleet?sslpassword=qqthird77").has_password
    assert not address_of("postgresql://ann:@db/fleet").has_password
    address_of("postgresql://db/fleet?application_name=x:qqfourth77@y")
    assert "qqfourth77" not in scrubbed("qqfourth77")


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
        ("postgresql://ann:p%geheim@db/fleet", "found postgresql://…, which is none"),
        ("postgresql://db/fleet?sslmood=1", "found postgresql://…, ?sslmood=, which no PostgreSQL knows"),
        ("postgresql://ann:/?geheim=1@db/fleet?sslmood=x@", "found postgresql://…, which is none"),
        ("postgresql://ann:geheim/x@db/fleet", _TOO_MANY),
        ("postgresql://ann:pa@geheim@db/fleet", _TOO_MANY),
        ("postgresql://ann:12/geheim@db/fleet", _TOO_MANY),
        ("postgresql://ann:geheim", _TOO_MANY),
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
