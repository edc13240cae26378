"""Things that are said once."""

from edgeclassify.once import Once


def test_once_until_it_is_over() -> None:
    once = Once()
    assert not once.is_over()
    assert [once.is_news(), once.is_news(), once.is_over(), once.is_over()] == [True, False, True, False]
    assert once.is_news()


def test_each_key_and_each_change() -> None:
    once = Once()
    assert [once.is_news("a"), once.is_news("b"), once.is_news("a")] == [True, True, False]
    assert [once.is_news("a", "x"), once.is_news("a", "x"), once.is_news("a", "y"), once.is_news("a", "x")] == [
        True, False, True, True,
    ]  # fmt: skip
    assert once.is_over("a")
    assert not once.is_news("b")
    assert len(once) == 1
