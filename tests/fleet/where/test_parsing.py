"""Texts become terms and texts again; whatever is wrong is said with its place, and nothing else happens."""

import pytest
from hypothesis import given, strategies as st

from edgeclassify.fleet.where.compared import Kind
from edgeclassify.fleet.where.fields import FIELDS
from edgeclassify.fleet.where.parsing import MOST_NESTED, parse
from edgeclassify.fleet.where.terms import And, Not, Or, Term, Test
from edgeclassify.fleet.where.words import MOST_CHARACTERS, WhereError

_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\"'"), min_size=0, max_size=12)
_VALUES = {
    Kind.TEXT: _TEXTS | _TEXTS.map(lambda text: f"{text}'s") | _TEXTS.map(lambda text: f'"{text}"'),
    Kind.NUMBER: st.integers(-1000, 1000).map(str) | st.sampled_from(["0.5", "+7", "-0.25"]),
    Kind.SECONDS: st.integers(0, 1000).map(lambda n: f"{n}min") | st.sampled_from(["3", "2.5h", "1d", "9m"]),
    Kind.VERSION: st.sampled_from(["1", "1.5", "1.5rc1", "2.0+local"]),
    Kind.FLAG: st.sampled_from(["yes", "No", "on", "OFF", "true"]),
}


@st.composite
def some_test(draw: st.DrawFn) -> Test:
    field = FIELDS[draw(st.sampled_from(sorted(FIELDS)))]
    views = st.sampled_from(["gate", "yard-2", "a_b"])
    view = draw(st.none() | views) if field.of_a_view is not None else None
    if field.alone and draw(st.booleans()):
        return Test(field.name, view=view)
    sign = draw(st.sampled_from(field.kind.operators))
    return Test(field.name, sign, draw(_VALUES[field.kind]), view)


def _joined(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return several.map(And) | several.map(Or) | inner.map(Not)


TERMS: st.SearchStrategy[Term] = st.recursive(some_test(), _joined, max_leaves=8)


def read(text: str) -> tuple[str, Term | None]:
    """What is wrong with a text, or its term."""
    try:
        return "", parse(text)
    except WhereError as error:
        return str(error), None


@given(TERMS)
def test_a_term_comes_out_of_its_text(term: Term) -> None:
    assert parse(str(term)) == term


@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from(
            [
                "name",
                "=",
                "(",
                ")",
                "and",
                "or",
                "not",
                "online",
                "gate.label",
                "<",
                "'x'",
                "1.5",
                "version",
                "!=",
                "*",
            ]
        ),
        max_size=12,
    ).map(" ".join)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    fault, term = read(text)
    if term is not None:
        assert parse(str(term)) == term
    else:
        assert fault.startswith("--where: expected ")
        assert fault.isprintable()


def test_and_binds_more_than_or_and_not_most() -> None:
    online, throttled, clock = Test("online"), Test("throttled"), Test("clock")
    assert parse("online or throttled and clock") == Or((online, And((throttled, clock))))
    assert parse("online and not throttled OR clock") == Or((And((online, Not(throttled))), clock))
    assert parse("not (online or throttled)") == Not(Or((online, throttled)))
    assert parse("((online))") == online
    assert parse("not not online") == Not(Not(online))


def test_words_may_stand_close_or_apart_and_in_quotes() -> None:
    assert parse("name=a and temperature >= 60") == parse("name = 'a' and temperature>=60")
    assert parse('label == "it\'s"') == Test("label", "=", "it's")
    assert parse("label='and'") == Test("label", "=", "and")
    assert str(Test("label", "=", "AND")) == "label='AND'"
    assert parse("gate.label=x") == Test("label", "=", "x", "gate")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expected a field, found the end at character 1"),
        ("nmae=x", 'expected a field, found "nmae" at character 1. Did you mean "name"? Fields: name, online'),
        ("name", "expected = or != behind name, found the end at character 5"),
        ("name<x", 'expected = or != behind name, found "<" at character 5'),
        ("name=", "expected text behind name=, found the end at character 6"),
        ("name=and online", 'expected text behind name=, found "and" at character 6'),
        ("online online", 'expected "and", "or" or the end, found "online" at character 8'),
        ("(online", 'expected ")" for the "(" at character 1, found the end at character 8'),
        ("online)", 'expected "and", "or" or the end, found ")" at character 7'),
        ("online and", "expected a field, found the end at character 11"),
        ("online && clock", "expected and, found & at character 8"),
        ("online | clock", "expected or, found | at character 8"),
        ("! online", "expected not, found ! at character 1"),
        ("name=a,b", "expected and, or, or quotes around the text, found , at character 7"),
        ("name='a", "expected another ' behind the text, found ' at character 6 alone"),
        ("gate.online", 'expected VIEW.FIELD, found "gate.online" at character 1. Views have problem, label'),
        (".label=x", 'expected VIEW.FIELD, found ".label" at character 1'),
        ("temperature>hot", 'expected a number behind temperature>, found "hot" at character 13'),
        ("name=\x1b[31m and bad\x1b=x", 'expected a field, found "bad\\x1b" at character'),
        ("online " + "x" * MOST_CHARACTERS, f"expected at most {MOST_CHARACTERS} characters, found"),
        ("(" * (MOST_NESTED + 1) + "online" + ")" * (MOST_NESTED + 1), f"expected at most {MOST_NESTED} brackets"),
    ],
)
def test_a_fault_is_said_with_its_place(text: str, said: str) -> None:
    with pytest.raises(WhereError) as found:
        parse(text)
    assert str(found.value).startswith(f"--where: {said}")


def test_as_many_brackets_as_allowed_are_read() -> None:
    assert parse("(" * MOST_NESTED + "online" + ")" * MOST_NESTED) == Test("online")
    assert parse(" and ".join(["(online)"] * (MOST_NESTED + 1))) == And((Test("online"),) * (MOST_NESTED + 1))
