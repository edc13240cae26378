"""Captions in any script: line letters for what they can write, a font of the machine for the rest."""

import subprocess
import sys

import numpy as np
import pytest

from edgeclassify.pictures.caption import CaptionStrip
from edgeclassify.pictures.font_lettering import Font, FontLettering, font_of
from edgeclassify.pictures.interface import Lettering
from edgeclassify.pictures.lettering import AnyLettering
from edgeclassify.pictures.line_lettering import LineLettering
from edgeclassify.types import Pixels
from tests.publish.snapshots.sample_images import caption

WHITE = (255, 255, 255)


def no_font(text: str) -> Font | None:
    return None


def unasked(text: str) -> Font | None:
    raise AssertionError(f"a font was looked for: {text}")


@pytest.fixture(scope="module")
def font() -> Font:
    found = font_of("Schöne Tür, Дверь")
    if found is None:
        pytest.skip(
            "no font with Latin and Cyrillic letters, or no fc-list (Debian: fonts-dejavu-core, fontconfig)"
        )
    return found


def drawn(lettering: Lettering, text: str, width: int = 400, x: int = 10, baseline: int = 40) -> Pixels:
    image = np.zeros((60, width, 3), np.uint8)
    lettering.draw(image, text, x, baseline, WHITE)
    return image


def strip(label: str, **options: object) -> Pixels:
    made = CaptionStrip(caption(label=label), 640, 480, **options)  # type: ignore[arg-type]
    image = np.zeros((made.height, 640, 3), np.uint8)
    made.draw(image)
    return image


def test_nobody_looks_for_a_font_where_line_letters_do() -> None:
    lettering = AnyLettering(20.0, unasked)
    for text in ("open", "", "~!", "x" * 500):
        assert lettering.width(text) == LineLettering(20.0).width(text)
        assert (drawn(lettering, text) == drawn(LineLettering(20.0), text)).all()
        assert lettering.elided(text, 100) == LineLettering(20.0).elided(text, 100)


def test_without_a_font_the_letters_are_folded() -> None:
    lettering = AnyLettering(20.0, no_font)
    assert (drawn(lettering, "Schöne Tür 猫") == drawn(LineLettering(20.0), "Schone Tur ?")).all()
    assert lettering.elided("Straße " * 30, 200) == LineLettering(20.0).elided("Strasse " * 30, 200)


@pytest.mark.parametrize("height", [8.0, 20.0, 45.0])
@pytest.mark.parametrize("text", ["Schöne Tür", "Дверь открыта", "Łódź"])
def test_a_font_draws_what_it_measures(font: Font, height: float, text: str) -> None:
    lettering = AnyLettering(height, lambda _: font)
    image = drawn(lettering, text, 700)
    columns, rows = image.any(axis=(0, 2)).nonzero()[0], drawn(lettering, "Ħ", 700).any(axis=(1, 2)).nonzero()[0]
    assert 8 <= columns.min() <= 10 + height / 4
    assert abs(columns.max() + 1 - 10 - lettering.width(text)) <= 2 + height / 8
    assert abs(len(rows) - height) <= 1 + height / 10, "capitals are as high as line letters"
    assert rows.max() == 39


def test_other_texts_are_drawn_in_their_own_letters(font: Font) -> None:
    both = (strip("Schöne Tür"), strip("Schöne Tür", font_of=no_font))
    assert both[0].shape == both[1].shape
    assert (both[0] != both[1]).any()
    assert (strip("open") == strip("open", font_of=no_font)).all()


@pytest.mark.parametrize(("x", "baseline"), [(-15, 40), (390, 40), (10, 5), (10, 75), (900, 40)])
def test_nothing_outside_the_image_is_touched(font: Font, x: int, baseline: int) -> None:
    whole = drawn(FontLettering(20.0, font), "Tür", 1400, x=x + 500, baseline=baseline)
    part = drawn(FontLettering(20.0, font), "Tür", 400, x=x, baseline=baseline)
    assert (part == whole[:, 500:900]).all()


@pytest.mark.parametrize("text", ["ä" * 300, "äx " * 90, "x" * 100 + "ä"])
@pytest.mark.parametrize("width", [0, 9, 30, 200, 399])
def test_what_is_cut_fits(font: Font, text: str, width: int) -> None:
    lettering = AnyLettering(12.0, lambda _: font)
    cut = lettering.elided(text, width)
    assert not cut or lettering.width(cut) <= width
    assert not cut or cut.endswith("...")
    assert bool(cut) == (width >= 30)


@pytest.mark.parametrize("text", ["\ud800ä", "ä\x00\x1b[1m", "e\u0301", "ä\n\tb"])
def test_odd_letters_are_no_fault(font: Font, text: str) -> None:
    assert drawn(AnyLettering(20.0), text).any()


def test_letters_that_no_font_has() -> None:
    assert font_of("\U0010fffe ä") is None


def test_pillow_is_loaded_only_for_a_text_that_needs_it() -> None:
    code = (
        "import sys; from edgeclassify.pictures.lettering import AnyLettering;"
        "AnyLettering(20.0).width('open'); sys.exit('PIL' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_pillow_or_fontconfig(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert font_of("unasked so far: \u0142\u00f3\u0111\u017a") is None
    monkeypatch.setitem(sys.modules, "PIL.ImageFont", None)
    assert font_of("ä") is None
