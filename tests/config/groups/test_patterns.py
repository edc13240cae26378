"""What patterns of a config name."""

import pytest

from edgeclassify.config.groups.patterns import LabelNames, has_wildcards, names_of

LABELS = (
    "background",  # 0
    "tabby, tabby cat",  # 1
    "tiger cat",  # 2
    "Cardigan, Cardigan Welsh corgi",  # 3
    "cardigan",  # 4
    "crane",  # 5
    "crane",  # 6
    "maillot",  # 7
    "maillot, tank suit",  # 8
    "catamaran",  # 9
    "what? [odd]",  # 10
    "#7",  # 11
    "polecat, fitch",  # 12
    "skunk, polecat",  # 13
    "STRASSE",  # 14
)
NAMES = LabelNames(LABELS)


@pytest.mark.parametrize(
    ("pattern", "indices"),
    [
        ("tabby, tabby cat", (1,)),
        ("tabby", (1,)),
        ("tabby cat", (1,)),
        ("Tabby Cat", (1,)),
        (" tiger cat ", (2,)),
        ("cardigan", (4,)),
        ("Cardigan", (3,)),
        ("CARDIGAN", (3, 4)),
        ("crane", (5, 6)),
        ("maillot", (7,)),
        ("tank suit", (8,)),
        ("polecat", (12, 13)),
        ("*cat", (1, 2, 12, 13)),
        ("*CAT*", (1, 2, 9, 12, 13)),
        ("t[ai]*", (1, 2, 8)),
        ("?rane", (5, 6)),
        ("what? [odd]", (10,)),
        ("what?*", (10,)),
        ("straße", (14,)),
        ("cat", ()),
        ("*dog*", ()),
        ("", ()),
        ("#5", ()),
    ],
)
def test_the_first_way_that_names_any_label_holds(pattern: str, indices: tuple[int, ...]) -> None:
    assert NAMES.matching(pattern) == indices


@pytest.mark.parametrize(
    ("pattern", "indices"),
    [
        ("#5", (5,)),
        (" #6 ", (6,)),
        ("#7", (11,)),
        ("#0", (0,)),
        ("#14", (14,)),
        ("#15", ()),
        ("#-1", ()),
        ("#", ()),
    ],
)
def test_a_class_can_be_named_by_its_index(pattern: str, indices: tuple[int, ...]) -> None:
    assert NAMES.matching_classes(pattern) == indices


def test_names_of_a_label_are_the_whole_and_its_parts() -> None:
    assert names_of("tabby, tabby cat") == ("tabby, tabby cat", "tabby", "tabby cat")
    assert names_of("tabby") == ("tabby",)
    assert names_of("a,, b") == ("a,, b", "a", "b")


@pytest.mark.parametrize(("pattern", "has"), [("cat", False), ("c*", True), ("c?t", True), ("[ck]at", True)])
def test_wildcards_are_seen(pattern: str, has: bool) -> None:
    assert has_wildcards(pattern) is has
