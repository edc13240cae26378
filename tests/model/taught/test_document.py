"""Manifests in their files: what is written is read, and everything else is refused in one message."""

import dataclasses
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from edgeclassify.errors import TaughtModelError
from edgeclassify.model.taught import document
from edgeclassify.model.taught.document import LaterFormatError, from_bytes, to_bytes
from edgeclassify.model.taught.manifest import Doubt, Manifest, PastVersion
from tests.model.taught.manifests import BARE, BASE, EXAMPLES, FACTS, HEAD, WHOLE


@pytest.mark.parametrize("manifest", [WHOLE, BARE])
def test_what_is_written_is_read(manifest: Manifest) -> None:
    content = to_bytes(manifest)
    assert from_bytes(content, "here") == manifest
    assert to_bytes(from_bytes(content, "here")) == content
    assert content.isascii()
    assert json.loads(content)["model"]["name"] == "gate"


def refused(content: bytes) -> str:
    """What is said of these bytes."""
    with pytest.raises(
        TaughtModelError, match=r"^here: expected the manifest of a taught model, found a damaged one \("
    ) as raised:
        from_bytes(content, "here")
    text = str(raised.value)
    assert "\n" not in text
    assert len(text) < 500
    return text


def sealed(change: Callable[[dict[str, Any]], Any], manifest: Manifest = WHOLE) -> bytes:
    """A document in which something was changed, with a checksum that is right again."""
    found = json.loads(to_bytes(manifest))
    change(found["model"])
    text = json.dumps(found["model"], sort_keys=True, separators=(",", ":"))
    found["sha256"] = hashlib.sha256(text.encode()).hexdigest()
    return json.dumps(found).encode()


def test_one_that_is_cut_off_anywhere() -> None:
    content = to_bytes(WHOLE)
    for length in range(len(content) - 2):  # the line's end is no part of it
        refused(content[:length])


def test_one_wrong_bit_anywhere() -> None:
    content = to_bytes(WHOLE)
    for i in range(len(content)):
        for bit in (1, 4, 32):
            wrong = bytearray(content)
            wrong[i] ^= bit
            try:
                assert from_bytes(bytes(wrong), "here") == WHOLE  # white space, or a capital in \\u201E
            except LaterFormatError:
                assert 0 < i < 20
            except TaughtModelError:
                refused(bytes(wrong))


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\n", b"null", b"[]", b"{}", b"7", b'"model"', b"\xff\xfe\x00", b"[" * 100_000, b"\0" * 500,
        b'{"model": {}}', b'{"format": 1, "model": []}', b'{"format": 1, "model": {}}',
        b'{"format": true, "model": {}, "sha256": ""}', b'{"format": 0, "model": {}}',
        b'{"format": "1", "model": {}}', b'{"format": ' + b"9" * 5000 + b', "model": {}}',
        b'{"format": 1, "sha256": 5, "model": {"a": NaN}}',
        b'{"format": 1, "sha256": [], "model": {"a": "\\ud800"}}',
    ],
)  # fmt: skip
def test_what_is_no_manifest(content: bytes) -> None:
    refused(content)


def test_one_of_a_later_format() -> None:
    text = to_bytes(WHOLE).replace(b'{"format":1', b'{"format":2')
    with pytest.raises(
        LaterFormatError, match=r"^here: expected .* format 1, found 2: .* Update edgeclassify here"
    ):
        from_bytes(text, "here")


def test_one_that_says_something_else_than_was_written() -> None:
    assert "its checksum is another one" in refused(to_bytes(WHOLE).replace(b"photos/a.jpg", b"photos/b.jpg"))


def test_what_a_later_release_may_add_is_passed_over() -> None:
    assert from_bytes(sealed(lambda model: model.update(colour="red")), "here") == WHOLE


def test_as_large_as_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    content = to_bytes(WHOLE)
    monkeypatch.setattr(document, "MOST_BYTES", len(content))
    assert from_bytes(content, "here") == WHOLE
    assert "more than 0 MB" in refused(content + b" ")


def head_with(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda model: model["head"].update(changes)


def base_with(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda model: model["base"].update(changes)


def facts_with(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda model: model["base"]["embedding"].update(changes)


def example_with(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda model: model["examples"][1].update(changes)


def model_with(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda model: model.update(changes)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (model_with(name="../etc"), "no name"),
        (model_with(name="gate.tflite"), "no name"),
        (model_with(version=0, past=[], restores=None), "no version"),
        (model_with(version="7"), "version: expected a whole number"),
        (model_with(created_at=float("1e400")), "Out of range float values"),
        (model_with(changed_at=None), "changed_at: expected a number"),
        (lambda model: model.pop("change"), "change: expected a value, found nothing"),
        (model_with(one_class=1), "one_class: expected true or false"),
        (model_with(version=6), "versions that are out of order"),
        (lambda model: model["past"].reverse(), "versions that are out of order"),
        (lambda model: model["past"].append(model["past"][-1]), "versions that are out of order"),
        (lambda model: model["past"][0].update(version=0), "versions that are out of order"),
        (lambda model: model["examples"].append(model["examples"][0]), "one example twice"),
        (facts_with(sha256="ab" * 31), "no checksum of the base"),
        (facts_with(sha256="AB" * 32), "no checksum of the base"),
        (facts_with(elements=0), "no embedding"),
        (facts_with(elements=65537), "no embedding"),
        (facts_with(dtype="object"), "no embedding"),
        (facts_with(scale=-0.5), "no scale"),
        (facts_with(zero_point=257), "no scale"),
        (facts_with(zero_point=-257), "no scale"),
        (base_with(width=0), "no size"),
        (base_with(width=8193), "no size"),
        (base_with(height=0), "no size"),
        (base_with(height=8193), "no size"),
        (base_with(fit="stretch"), "base.fit: expected one of crop, letterbox, squash"),
        (base_with(crop=0.0), "no crop"),
        (base_with(crop=1.01), "no crop"),
        (example_with(id="fedcba987654321"), "an example without an id"),
        (example_with(id="../../../../abcd"), "an example without an id"),
        (example_with(label=""), r"fedcba9876543210\) without a label"),
        (example_with(label="a\nb"), "without a label"),
        (example_with(label="unknown"), "without a label"),
        (example_with(label="unusual"), "without a label"),
        (example_with(variants=-1), "with other figures"),
        (example_with(variants=64), "with other figures"),
        (example_with(brightness=-0.01), "with other figures"),
        (example_with(brightness=1.01), "with other figures"),
        (example_with(has_picture="yes"), "examples.1.has_picture: expected true or false"),
        (example_with(view=5), "examples.1.view: expected a string"),
        (head_with(sha256="cd"), "no checksum of the head"),
        (head_with(labels=[]), "a head without labels"),
        (head_with(labels=["open", "open"]), "a head without labels"),
        (head_with(labels=["open", "x" * 65]), "a head without labels"),
        (head_with(accuracy={"right": 4, "count": 3}), "a head with other figures"),
        (head_with(by_label={"open": {"right": -1, "count": 3}}), "a head with other figures"),
        (head_with(doubts=[{"example": "00000000000000aa", "seems": "open", "score": 1.5}]), "with other doubts"),
        (head_with(by_view={"front": {"right": 2, "count": 1}}), "a head with other figures"),
        (head_with(by_view=[]), "by_view: expected an object"),
    ],
)
def test_what_is_of_its_type_and_still_no_value(change: Callable[[dict[str, Any]], Any], said: str) -> None:
    with pytest.raises(TaughtModelError, match=said):
        from_bytes(sealed(change), "here")


@pytest.mark.parametrize("where", ["model", "example", "head"])
@pytest.mark.parametrize("text", ["1e999", "-1e999"])
def test_times_and_figures_without_end(where: str, text: str) -> None:
    key = {
        "model": '"changed_at":1700000002.5',
        "example": '"captured_at":1699999999.5',
        "head": '"fitted_at":1700000002.0',
    }
    content = to_bytes(WHOLE).decode().replace(key[where], f"{key[where].partition(':')[0]}:{text}")
    assert content.encode() != to_bytes(WHOLE)
    refused(content.encode())


def test_bounds_that_are_still_in() -> None:
    facts = dataclasses.replace(FACTS, elements=1 << 16, dtype="float32", scale=0.0, zero_point=-256)
    base = dataclasses.replace(BASE, embedding=facts, width=8192, height=1, fit="letterbox", crop=1.0)
    extreme = dataclasses.replace(EXAMPLES[0], label="x" * 64, variants=63, brightness=1.0)
    manifest = dataclasses.replace(
        WHOLE,
        base=base,
        examples=(extreme, *EXAMPLES[1:]),
        head=dataclasses.replace(HEAD, labels=("a", "unusual")),
    )
    assert from_bytes(to_bytes(manifest), "here") == manifest
    facts = dataclasses.replace(facts, zero_point=256)
    wide_base = dataclasses.replace(base, embedding=facts, width=1, height=8192, crop=None)
    doubts = tuple(Doubt("00000000000000aa", "open", score) for score in (1.0, 0.0))
    wide = dataclasses.replace(
        manifest,
        base=wide_base,
        head=dataclasses.replace(HEAD, doubts=doubts),
        past=(PastVersion(1, 5.0, "begun"),),
    )
    assert from_bytes(to_bytes(wide), "here") == wide


def test_as_many_examples_as_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "MOST_EXAMPLES", 3)
    assert from_bytes(to_bytes(WHOLE), "here") == WHOLE
    monkeypatch.setattr(document, "MOST_EXAMPLES", 2)
    assert "more than 2 examples" in refused(to_bytes(WHOLE))
