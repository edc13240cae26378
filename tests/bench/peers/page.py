"""A measured table in a page: it stands between two comments, which stay."""


def replaced(text: str, name: str, content: str) -> str:
    """The page with other content between `<!-- NAME -->` and `<!-- /NAME -->`.

    Raises ValueError where the two are not there, each once and in that order.
    """
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
        raise ValueError(f"expected {begin.strip()} and then {end} in the page, each once")
    return text[: text.index(begin) + len(begin)] + content + text[text.index(end) :]
