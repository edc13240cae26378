"""Which mutants are made of a module."""

from tests.mutants.drawn import draw

SOURCE = """
def near(a: int | None, *, b: int = 3) -> int | None:
    if a is not None and a < b:
        log(a)
        return min(a, b) + 1000000000 * b
    if b:
        return False
    raise ValueError(a not in (1, 2))
"""


def changes() -> set[tuple[str, str]]:
    return {(one.was, one.becomes) for one in draw(SOURCE, count=None, seed=1, equivalent=())}


def test_each_kind_of_slip_is_made() -> None:
    condition = "if a is not None and a < b:"
    assert changes() >= {
        (condition, "if a is not None and a <= b:"),
        (condition, "if a is not None and a >= b:"),
        (condition, "if a is None and a < b:"),
        (condition, "if a is not None or a < b:"),
        (condition, "if not a is not None and a < b:"),
        ("log(a)", "pass"),
        ("return min(a, b) + 1000000000 * b", "return None"),
        ("return min(a, b) + 1000000000 * b", "return max(a, b) + 1000000000 * b"),
        ("return min(a, b) + 1000000000 * b", "return min(a, b) - 1000000000 * b"),
        ("return min(a, b) + 1000000000 * b", "return min(a, b) + 1000000000 / b"),
        ("raise ValueError(a not in (1, 2))", "pass"),
        ("raise ValueError(a not in (1, 2))", "raise ValueError(a in (1, 2))"),
    }


def test_what_nobody_could_tell_is_not_made() -> None:
    made = {becomes for _, becomes in changes()}
    assert not [code for code in made if "1000000001" in code]
    assert [code for was, code in changes() if was == "return False"] == ["return True"]
    (signature,) = {code for code in made if code.startswith("def") and "4" in code}
    assert signature.replace(" ", "") == "defnear(a:int|None,*,b:int=4)->int|None:"
    assert not [code for code in made if code.startswith("def") and ("|" not in code or "/" in code)]


def test_a_seed_fixes_the_sample() -> None:
    def sample(seed: int) -> list[str]:
        return [one.becomes for one in draw(SOURCE, count=5, seed=seed, equivalent=())]

    assert sample(1) == sample(1)
    assert sample(1) != sample(2)
    assert len(set(sample(1))) == 5


def test_an_equivalent_one_makes_room_for_another() -> None:
    (first,) = draw(SOURCE, count=1, seed=1, equivalent=())
    assert first.function == "near"
    (second,) = draw(SOURCE, count=1, seed=1, equivalent={(first.function, first.was, first.becomes)})
    assert second != first


def test_exceptions_of_modules_are_left_as_they_are() -> None:
    source = "try:\n    act(a < 1)\nexcept (binascii.Error, ValueError):\n    act(2)\n"
    made = draw(source, count=None, seed=1, equivalent=())
    assert any(one.becomes == "act(a <= 1)" for one in made)
    assert all("binascii.Error" in one.code for one in made)
