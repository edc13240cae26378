"""Sections that are made without being judged: as if they were."""

from collections.abc import Iterator

import pytest

from edgeclassify.config import ViewConfig
from edgeclassify.config.base import Section
from edgeclassify.late_model import ValidationError


def _kinds(kind: type[Section] = Section) -> Iterator[type[Section]]:
    for one in kind.__subclasses__():
        yield one
        yield from _kinds(one)


def _may_say_nothing(kind: type[Section]) -> bool:
    """True where a table without keys is no fault."""
    try:
        kind()
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    "kind", [one for one in _kinds() if _may_say_nothing(one)], ids=lambda kind: kind.__name__
)
def test_a_section_that_says_nothing_is_as_if_it_were_judged(kind: type[Section]) -> None:
    judged, usual = kind(), kind.usual()
    assert usual == judged
    assert usual.model_fields_set == judged.model_fields_set
    for key in kind.model_fields:
        assert type(getattr(usual, key)) is type(getattr(judged, key))


def test_what_is_said_counts_as_said() -> None:
    judged, usual = ViewConfig(name="gate", camera="front"), ViewConfig.usual(name="gate", camera="front")
    assert usual == judged
    assert usual.model_fields_set == judged.model_fields_set == {"name", "camera"}
