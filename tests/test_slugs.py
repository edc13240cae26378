"""Labels as levels of topics: one level each, and never the same one for two."""

import re

import pytest
from hypothesis import given, settings, strategies as st

from edgeclassify.slugs import label_slugs, slug


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("open", "open"),
        ("Golden retriever", "golden_retriever"),
        ("tabby, tabby cat", "tabby_tabby_cat"),
        ("Schön", "schon"),
        ("a/b+c#d", "a_b_c_d"),
    ],
)
def test_slug(label: str, name: str) -> None:
    assert slug(label) == name


def test_slug_keeps_what_ascii_would_lose() -> None:
    assert slug("猫") != slug("犬")
    assert slug("***") != slug("###")


@settings(deadline=None)
@given(st.text())
def test_slug_is_one_safe_topic_level(label: str) -> None:
    assert re.fullmatch(r"[a-z0-9_]{1,64}", slug(label))


@settings(deadline=None)
@given(st.lists(st.text(min_size=1), unique=True, max_size=8))
def test_listed_labels_never_share_a_topic(labels: list[str]) -> None:
    slugs = label_slugs(labels)
    assert list(slugs) == labels
    assert len(set(slugs.values())) == len(labels)
    assert all(re.fullmatch(r"[a-z0-9_]{1,64}", name) for name in slugs.values())


def test_labels_that_would_share_a_slug_do_not_depend_on_their_order() -> None:
    assert label_slugs(["a b", "A-b"]) == dict(reversed(label_slugs(["A-b", "a b"]).items()))
