"""The page is whole, whatever names it is given."""

from html.parser import HTMLParser

from edgeclassify.archive.summary.page import MOST_DAYS, Bars, LongVisit, Page, Sheet, by_period, html

HOSTILE = "<script>alert(1)</script>\"'&"


class Tags(HTMLParser):
    """Which elements there are, and what they say."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [value or "" for _, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def page(name: str = "fox") -> Page:
    return Page(
        name, name, [(name, "5")], [Bars(name, name, [(name, 4), ("owl", 1)], 3), Bars("none", "none", [])],
        [LongVisit(name, 0.0, 61.4, 3, None, 0.5)], [Sheet(name, name, "sheets/01.jpg", name)], [(name, name)],
    )  # fmt: skip


def test_names_are_text_whatever_they_look_like() -> None:
    found = Tags(html(page(HOSTILE)))
    assert "script" not in found.tags
    assert found.words.count(HOSTILE) == 12
    assert HOSTILE in found.attributes


def test_a_bar_is_as_long_as_its_share() -> None:
    text = html(page())
    assert "width:100.0%" in text
    assert "width:25.0%" in text
    assert "and 3 more" in text
    assert ">none<" not in text
    assert "nothing known" in text
    assert ">61<" in text


def test_many_days_are_shown_by_month_many_months_by_year() -> None:
    days = [(f"2026-{month:02}-{day:02}", 2) for month in (1, 2, 3) for day in range(1, 29)]
    assert by_period(days[:MOST_DAYS]) == ("day", days[:MOST_DAYS])
    assert by_period(days) == ("month", [("2026-01", 56), ("2026-02", 56), ("2026-03", 56)])
    years = [(f"{year}-{month:02}-01", 1) for year in range(2000, 2010) for month in range(1, 13)]
    assert by_period(years) == ("year", [(str(year), 12) for year in range(2000, 2010)])
    assert by_period([]) == ("day", [])
