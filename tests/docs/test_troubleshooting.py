"""Each check of `edgeclassify doctor` is explained under its id, and no other."""

import re
from pathlib import Path

from edgeclassify.doctor.checks import GROUPS, TITLES

PAGE = (Path(__file__).parents[2] / "docs/troubleshooting.md").read_text(encoding="utf-8")


def test_each_id_has_its_heading_and_none_is_left_over() -> None:
    _, _, checks = PAGE.partition("\n## The checks\n")
    headings = re.findall(r"^#### (.*)$", checks, re.MULTILINE)
    assert sorted(headings) == sorted(TITLES)


def test_they_stand_in_the_groups_of_the_screen() -> None:
    _, _, checks = PAGE.partition("\n## The checks\n")
    groups = re.findall(r"^### (.*)$", checks, re.MULTILINE)
    assert groups == [group.title for group in GROUPS]
    for part in re.split(r"^### ", checks, flags=re.MULTILINE)[1:]:
        title, _, text = part.partition("\n")
        group = next(one for one in GROUPS if one.title == title)
        ids = [check.id for check in group.checks]
        assert [heading for heading in re.findall(r"^#### (.*)$", text, re.MULTILINE) if heading in ids] == ids
