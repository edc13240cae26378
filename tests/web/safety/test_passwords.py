"""Passwords and tokens, and what is kept of them."""

import re

import pytest

from edgeclassify.web.safety.passwords import (
    MOST_LETTERS,
    is_password,
    new_password,
    new_token,
    parsed_hash,
    password_hash,
    token_hash,
)

KEPT = password_hash("rather secret words")


def test_a_password_is_known_again_and_no_other_is() -> None:
    assert is_password("rather secret words", KEPT)
    assert is_password("rather secret words", parsed_hash(KEPT.written))
    for wrong in ("rather secret word", "rather secret words ", "", "Rather secret words", "x" * 10_000):
        assert not is_password(wrong, KEPT)


def test_letters_of_all_alphabets_and_broken_ones_are_letters() -> None:
    assert is_password("Tür \U0001f511 zu", password_hash("Tür \U0001f511 zu"))
    assert not is_password("\udcff", KEPT)


def test_nothing_of_it_is_kept_and_no_two_look_alike() -> None:
    assert "secret" not in KEPT.written
    assert password_hash("rather secret words").written != KEPT.written


def test_what_is_no_hash_or_would_use_up_the_machine_is_refused() -> None:
    right = KEPT.written
    for line in (
        "", "scrypt", "plain:1:2:3:4:5", right.replace("scrypt", "md5"), right.replace(":16384:", ":1073741824:"),
        right.replace(":8:1:", ":8:9:"), right.replace(":16384:", ":-2:"), right[:-12], f"{right}:x",
        "scrypt:2:8:1:!:!", "scrypt:16384:8:1::", "scrypt:a:8:1:AA==:AA==",
    ):  # fmt: skip
        with pytest.raises(ValueError):  # noqa: PT011 - of base64, int and ours
            parsed_hash(line)


def test_new_ones_can_be_typed_and_are_never_the_same() -> None:
    made = {new_password() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(r"([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}", one) for one in made)
    one = made.pop()
    assert is_password(one, password_hash(one))


def test_a_password_has_its_length() -> None:
    long = "x" * MOST_LETTERS
    assert is_password(long, password_hash(long))
    assert not is_password(f"{long}x", password_hash(f"{long}x"))


def test_a_token_is_known_by_its_begin_and_has_256_bits() -> None:
    made = {new_token() for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch(r"ect_[\w-]{43}", one) for one in made)
    assert len({token_hash(one) for one in made}) == 100
    assert re.fullmatch(r"[0-9a-f]{64}", token_hash("\udcff"))
