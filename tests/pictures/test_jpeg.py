"""What is drawn is inside the picture, readable in size, and the frame stays as it was."""

import io

import numpy as np
import pytest
from PIL import Image

from edgeclassify.errors import ImageError
from edgeclassify.pictures.caption import BACKGROUND
from edgeclassify.pictures.jpeg import LONGEST_SIDE, Drawing, frame_jpeg
from edgeclassify.pictures.line_lettering import ascii_text
from edgeclassify.types import FULL_FRAME, LabelScore, PixelFormat, Roi
from tests.model.frames import frame_of, in_format, picture
from tests.publish.snapshots.sample_images import caption, comment_of, decoded, flat, noise

LONG = tuple(LabelScore(i, f"{i} " + "Wm" * 150, 0.1) for i in range(6))
SIZES = [(1, 1), (2, 300), (300, 2), (96, 96), (320, 240), (640, 480), (480, 960), (1600, 160), (1920, 1080)]


@pytest.mark.parametrize("pixel_format", PixelFormat)
@pytest.mark.parametrize("roi", [FULL_FRAME, Roi(0.2, 0.1, 0.5, 0.6)])
def test_the_whole_frame_stands_above_its_caption(pixel_format: PixelFormat, roi: Roi) -> None:
    rgb = picture(640, 480)
    image = decoded(Drawing(in_format(rgb, pixel_format), roi, caption()).jpeg(95).data)
    assert image.shape[1] == 640
    assert image.shape[0] > 480
    if pixel_format is not PixelFormat.GRAY:
        corner = image[440:470, 600:630, ::-1].astype(int) - rgb[440:470, 600:630]
        assert np.abs(corner).mean() < 6
    below = image[480:].reshape(-1, 3).astype(int)
    is_background = np.abs(below - BACKGROUND).max(axis=1) < 12
    assert 0.5 < is_background.mean() < 0.97, "a strip with some text on it"


@pytest.mark.parametrize("pixel_format", PixelFormat)
def test_nothing_is_written_into_the_frame(pixel_format: PixelFormat) -> None:
    frame = in_format(picture(640, 480), pixel_format)
    before = frame.pixels.copy()
    drawing = Drawing(frame, Roi(0.1, 0.1, 0.5, 0.5), caption())
    drawing.jpeg(85)
    drawing.jpeg_within(85, 20_000)
    np.testing.assert_array_equal(frame.pixels, before)


def test_the_region_is_outlined_and_the_whole_frame_is_not() -> None:
    plain = Drawing(flat(640, 480), FULL_FRAME, caption()).render()[:480]
    outlined = Drawing(flat(640, 480), Roi(0.25, 0.25, 0.5, 0.5), caption()).render()[:480]
    assert (plain == 200).all()
    changed = (outlined != 200).any(axis=2)
    assert changed[120:360, 160].all()
    assert changed[120, 160:480].all()
    assert not changed[140:340, 180:460].any(), "the inside stays visible"
    assert not changed[:120].any()
    assert not changed[:, :160].any(), "the line is inside the region"


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("long", [False, True])
def test_text_keeps_away_from_the_edges(width: int, height: int, long: bool) -> None:
    changes = {"label": "Wm" * 300, "view": "W" * 64, "model": "W" * 900, "top": LONG} if long else {}
    image = Drawing(flat(width, height), FULL_FRAME, caption(**changes)).render()
    top = height * image.shape[1] // width if width > 320 else None
    strip = image[top:] if top and top < len(image) else image[-40:]
    for edge in (strip[-3:], strip[-40:, :4], strip[-40:, -4:]):
        assert (edge == BACKGROUND).all()


@pytest.mark.parametrize(("width", "height"), [(96, 96), (160, 120), (60, 300)])
def test_small_frames_are_enlarged_or_get_bars(width: int, height: int) -> None:
    jpeg = Drawing(flat(width, height), FULL_FRAME, caption()).jpeg(85)
    assert jpeg.width >= 320
    assert jpeg.height > height
    assert decoded(jpeg.data).shape == (jpeg.height, jpeg.width, 3)


def test_a_huge_frame_becomes_smaller() -> None:
    jpeg = Drawing(frame_of(np.zeros((200, 9000), np.uint8), PixelFormat.GRAY), FULL_FRAME, caption()).jpeg(85)
    assert jpeg.width == LONGEST_SIDE


@pytest.mark.parametrize("limit", [4096, 10_000, 100_000, 400_000])
@pytest.mark.parametrize(("width", "height"), [(64, 64), (640, 480), (1920, 1080), (300, 1200)])
def test_a_picture_is_made_to_fit(limit: int, width: int, height: int) -> None:
    jpeg = Drawing(noise(width, height), Roi(0, 0, 0.5, 0.5), caption(label="猫" * 500)).jpeg_within(85, limit)
    assert jpeg is not None
    assert len(jpeg.data) <= limit
    assert decoded(jpeg.data).shape == (jpeg.height, jpeg.width, 3)


def test_coarser_comes_before_smaller() -> None:
    drawing = Drawing(noise(640, 480), FULL_FRAME, caption())
    whole = drawing.jpeg(85)
    coarser = drawing.jpeg_within(85, len(whole.data) * 3 // 4)
    smaller = drawing.jpeg_within(85, len(whole.data) // 8)
    assert coarser is not None
    assert smaller is not None
    assert (coarser.width, coarser.height) == (whole.width, whole.height)
    assert smaller.width < whole.width


def test_what_can_not_fit_is_none() -> None:
    assert Drawing(noise(640, 480), FULL_FRAME, caption()).jpeg_within(85, 1000) is None


@pytest.mark.parametrize("label", ["open", "Kätzchen", "猫", "\ud800 broken", 'a "quoted" \\ label', "x" * 5000])
def test_the_file_says_what_it_is(label: str) -> None:
    jpeg = Drawing(flat(64, 64), FULL_FRAME, caption(label=label)).jpeg(85).data
    said = comment_of(jpeg)
    expected = label[:120].encode("utf-8", "replace").decode()
    assert said == {
        "view": "gate", "event_type": "start", "id": "id-7", "seq": 7, "label": expected, "score": 0.9346,
        "ts": "2026-11-18T11:06:40.123Z", "model": "mobilenet_v2",
    }  # fmt: skip


def test_the_file_says_where_its_frame_came_from() -> None:
    jpeg = Drawing(flat(64, 64), FULL_FRAME, caption(origin="2026-11-28/Käfig 1.jpg")).jpeg(85).data
    assert comment_of(jpeg)["origin"] == "2026-11-28/Käfig 1.jpg"
    long = Drawing(flat(64, 64), FULL_FRAME, caption(origin="d/" * 3000 + "1.jpg")).jpeg(85).data
    assert str(comment_of(long)["origin"]).endswith("d/1.jpg")


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [(64, 48, (64, 48)), (640, 480, (640, 480)), (2 * LONGEST_SIDE, 200, (LONGEST_SIDE, 100))],
)
def test_without_a_caption_it_is_the_frame(width: int, height: int, size: tuple[int, int]) -> None:
    drawing = Drawing(flat(width, height), Roi(0.2, 0.2, 0.5, 0.5), caption(), captioned=False)
    jpeg = drawing.jpeg(85)
    assert (jpeg.width, jpeg.height) == size
    assert (drawing.render() == 200).all()
    assert comment_of(jpeg.data)["label"] == "open"
    small = Drawing(noise(640, 480), FULL_FRAME, caption(), captioned=False).jpeg_within(85, 8000)
    assert small is not None
    assert len(small.data) <= 8000


def test_other_readers_know_the_file() -> None:
    jpeg = Drawing(flat(64, 48), FULL_FRAME, caption()).jpeg(85)
    with Image.open(io.BytesIO(jpeg.data)) as image:
        image.load()
        assert (image.format, image.size, image.info["jfif"]) == ("JPEG", (jpeg.width, jpeg.height), 257)
        assert b'"label": "open"' in image.info["comment"]


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Kätzchen", "Katzchen"), ("Straße", "Strasse"), ("Øre – Łódź", "Ore - Lodz"), ("猫", "?"),
        ("tab\tand\nline", "tab and line"), ("\x00\x7f", "??"), ("ﬁn…", "fin..."), ("\ud800", "?"),
    ],
)  # fmt: skip
def test_letters_that_opencv_can_draw(text: str, drawn: str) -> None:
    assert ascii_text(text) == drawn


def test_a_broken_frame_is_told() -> None:
    with pytest.raises(ImageError, match="must have shape"):
        Drawing(frame_of(np.zeros((4, 4), np.uint8), PixelFormat.BGR, 8, 8), FULL_FRAME, caption())


@pytest.mark.parametrize(
    ("width", "height", "side"),
    [(640, 480, 960), (640, 480, 640), (1280, 720, 960), (1296, 972, 300), (1920, 1080, 960), (500, 1000, 64)],
)
def test_in_a_hurry_a_frame_is_as_large_and_looks_alike(width: int, height: int, side: int) -> None:
    frame = in_format(picture(width, height), PixelFormat.YUV420)
    carefully = frame_jpeg(frame, 95, side)
    quickly = frame_jpeg(frame, 95, side, in_a_hurry=True)
    assert (quickly.width, quickly.height) == (carefully.width, carefully.height)
    assert max(quickly.width, quickly.height) == min(side, max(width, height))
    one, other = decoded(carefully.data).astype(int), decoded(quickly.data).astype(int)
    assert np.abs(one - other).mean() < 6
