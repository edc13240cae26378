"""Challenges of servers, and what is answered."""

import hashlib
import re

import pytest

from edgeclassify.http.auth import Challenge, Login, best, challenges, digest_answer

RFC = {
    "MD5": "8ca523f5e9506fed4657c9700eebdbec",
    "SHA-256": "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
}


def asked(*values: str) -> list[Challenge]:
    return challenges([("www-authenticate", value) for value in values])


@pytest.mark.parametrize("algorithm", sorted(RFC))
def test_the_example_of_rfc_7616(algorithm: str) -> None:
    (challenge,) = asked(
        f'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={algorithm}, '
        'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
        'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
    )
    login = Login("Mufasa", "Circle of Life", challenge, count=1)
    header = digest_answer(login, "GET", "/dir/index.html", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")
    assert f'response="{RFC[algorithm]}"' in header
    assert 'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"' in header
    assert f"algorithm={algorithm}, qop=auth, nc=00000001" in header


def expected(text: str, algorithm: str = "md5") -> str:
    return hashlib.new(algorithm, text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("parameters", "response"),
    [
        ("", "{who}:n:{what}"),
        (", algorithm=MD5", "{who}:n:{what}"),
        (', qop="auth"', "{who}:n:00000001:{mine}:auth:{what}"),
        (", qop=auth-int", "{who}:n:00000001:{mine}:auth-int:{int}"),
        (', qop="auth-int,auth"', "{who}:n:00000001:{mine}:auth:{what}"),
        (", algorithm=md5-sess", "{session}:n:{what}"),
        (", algorithm=MD5-sess, qop=auth", "{session}:n:00000001:{mine}:auth:{what}"),
    ],
)
def test_digest_as_it_is_asked_for(parameters: str, response: str) -> None:
    (challenge,) = asked(f'Digest realm="c", nonce="n"{parameters}')
    header = Login("bob", "pä:ss", challenge).header("GET", "/x?y")
    given = dict(re.findall(r'(\w+)="?([^",]+)"?', header))
    mine = given.get("cnonce", "")
    who = expected("bob:c:pä:ss")
    values = {
        "who": who, "what": expected("GET:/x?y"), "int": expected(f"GET:/x?y:{expected('')}"),
        "mine": mine, "session": expected(f"{who}:n:{mine}"),
    }  # fmt: skip
    assert given["response"] == expected(response.format(**values))
    assert bool(mine) == ("mine" in response or "session" in response)


@pytest.mark.parametrize(
    ("value", "parameters"),
    [
        ("Digest qop=auth,auth-int, nonce=n, opaque=o==", {"qop": "auth", "nonce": "n", "opaque": "o=="}),
        ("Digest realm=My Camera, nonce=n", {"realm": "My Camera", "nonce": "n"}),
        ("Digest realm=cam nonce=n, qop=auth", {"realm": "cam", "nonce": "n", "qop": "auth"}),
        ('Digest realm="a, b=c", nonce="x=,y==, z"', {"realm": "a, b=c", "nonce": "x=,y==, z"}),
        ('Digest realm="c"; nonce="n"', {"realm": "c", "nonce": "n"}),
    ],
)
def test_parameters_without_the_quotes_that_they_should_have(value: str, parameters: dict[str, str]) -> None:
    (challenge,) = asked(value)
    assert challenge.parameters == parameters


def test_the_count_goes_on_and_no_answer_is_like_another() -> None:
    login = Login("bob", "x", asked('Digest realm="c", nonce="n", qop=auth')[0])
    first, second = login.header("GET", "/"), login.header("GET", "/")
    assert "nc=00000001" in first
    assert "nc=00000002" in second
    assert re.findall("cnonce=.*?,|cnonce=.*", first) != re.findall("cnonce=.*?,|cnonce=.*", second)


def test_a_hashed_user_name_and_quotes() -> None:
    (challenge,) = asked('Digest realm="a \\"b\\"", nonce="n", userhash=true, algorithm=SHA-256')
    header = Login("bob", "x", challenge).header("GET", "/")
    assert f'username="{expected("bob:a " + chr(34) + "b" + chr(34), "sha256")}"' in header
    assert 'realm="a \\"b\\""' in header
    assert header.endswith("userhash=true")


@pytest.mark.parametrize(
    ("headers", "shown"),
    [
        (['Basic realm="x"'], "basic"),
        (['Basic realm="x"', 'Digest realm="x", nonce="n"'], "Digest with MD5"),
        (['Digest realm="x, y", nonce="n", algorithm=SHA-256, Basic realm="x"'], "Digest with SHA-256"),
        (['Digest nonce="1", algorithm=SHA-256', 'Digest nonce="2", algorithm=MD5'], "Digest with SHA-256"),
        (['Digest nonce="1",algorithm=MD5,Digest nonce="2",algorithm="SHA-512-256"'], "Digest with SHA-512-256"),
        (['Digest nonce="1", algorithm=SHA-256-sess'], "Digest with SHA-256-SESS"),
        (["Negotiate, NTLM, DIGEST nonce=abc"], "Digest with MD5"),
        (['Digest nonce="1", algorithm=TOKEN-9', 'Basic realm="x"'], "basic"),
        (['Digest nonce="1", qop="auth-conf"', 'Basic realm="x"'], "basic"),
        (['Negotiate YII=, Basic realm="x"'], "basic"),
        (['Digest nonce="1", algorithm='], "Digest with MD5"),
        (['Digest nonce="1", algorithm=SHA256', 'Digest nonce="1"'], "Digest with SHA-256"),
        (['Digest nonce="1", algorithm=sha512-256-sess'], "Digest with SHA-512-256-SESS"),
        (["Basic realm=x, Odd key=1, Digest nonce=1"], "Digest with MD5"),
        ([], "basic"),
        (["Negotiate"], None),
        (['Digest nonce="1", algorithm=TOKEN-9'], None),
    ],
)
def test_the_strongest_that_can_be_answered(headers: list[str], shown: str | None) -> None:
    chosen = best(asked(*headers))
    assert (chosen and chosen.shown) == shown


def test_basic_in_utf_8() -> None:
    assert Login("user", "日@", asked("Basic")[0]).header("GET", "/") == "Basic dXNlcjrml6VA"


def test_no_password_in_a_repr() -> None:
    assert "hunter2" not in repr(Login("bob", "hunter2", asked("Basic")[0]))
