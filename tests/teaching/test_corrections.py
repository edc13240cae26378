"""What is meant by "wrong": of two classes the other one, of what is unusual what is normal, else none of them."""

import pytest

from edgeclassify.teaching.corrections import label_instead


@pytest.mark.parametrize(
    ("labels", "said", "meant"),
    [
        (("open", "closed"), "open", "closed"),
        (("open", "closed"), "closed", "open"),
        (("open", "closed"), None, None),
        (("open", "closed"), "ajar", None),
        (("open", "closed", "ajar"), "open", None),
        (("normal",), "normal", None),
        (("normal",), "unusual", "normal"),
        (("normal", "jam"), "unusual", None),
        ((), "open", None),
    ],
)
def test_what_is_meant(labels: tuple[str, ...], said: str | None, meant: str | None) -> None:
    assert label_instead(labels, said) == meant
