"""Frames into input tensors: every pixel format, layout, dtype and fit, straight into the tensor's memory."""

import gc
import tracemalloc
import weakref
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.typing import NDArray

from edgeclassify.errors import ImageError
from edgeclassify.model.preprocess.normalization import InputTable, Normalization, input_table
from edgeclassify.model.preprocess.preprocessor import Preprocessor
from edgeclassify.model.preprocess.sampling import BAR, Sampler, make_sampler
from edgeclassify.model.tensors import InputTensor
from edgeclassify.types import Frame, PixelFormat, Roi
from edgeclassify.types.model_choice import Fit
from tests.model.frames import Pixels, frame_of, in_format, picture

RAW = InputTable()
COLOUR_FORMATS = (PixelFormat.BGR, PixelFormat.RGB, PixelFormat.YUV420, PixelFormat.NV12)
PLANAR = (PixelFormat.YUV420, PixelFormat.NV12)


def input_tensor(
    width: int = 32, height: int = 32, channels: int = 3, *, dtype: str = "uint8", nchw: bool = False
) -> InputTensor:
    scale = 0.0 if dtype == "float32" else 1 / 255
    return InputTensor(width, height, channels, nchw, dtype, scale, -128 if dtype == "int8" else 0)


def tensor_of(c: InputTensor) -> NDArray[Any]:
    """A tensor full of a value that no test expects."""
    shape = (1, c.channels, c.height, c.width) if c.is_nchw else (1, c.height, c.width, c.channels)
    return np.full(shape, 77, c.dtype)


def filled(
    frame: Frame,
    c: InputTensor,
    table: InputTable = RAW,
    fit: Fit = "crop",
    crop: float = 1.0,
    roi: Roi | None = None,
) -> NDArray[Any]:
    tensor = tensor_of(c)
    Preprocessor(c, table, fit, crop).fill(frame, tensor, roi or Roi())
    return tensor


def reference(rgb: Pixels, width: int = 32, height: int = 32) -> NDArray[Any]:
    """The picture averaged down, in floating point."""
    return np.asarray(cv2.resize(rgb.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA))


def assert_close(found: NDArray[Any], expected: NDArray[Any], levels: float) -> None:
    assert found.shape == expected.shape
    assert np.abs(found.astype(np.float64) - expected).max() <= levels


@pytest.mark.parametrize("side", [96, 192, 150, 600, 60, 990])
@pytest.mark.parametrize("pixel_format", COLOUR_FORMATS)
def test_every_format_gives_the_same_rgb(pixel_format: PixelFormat, side: int) -> None:
    rgb = picture(side, side)
    expected = reference(rgb, 96, 96) if side >= 96 else np.asarray(cv2.resize(rgb, (96, 96)))
    # Chroma has half the resolution, and the picture changes by almost 3 levels from pixel to pixel.
    levels = 12 if pixel_format in PLANAR else 3
    assert_close(filled(in_format(rgb, pixel_format), input_tensor(96, 96))[0], expected, levels)


@pytest.mark.parametrize("pixel_format", PLANAR)
@pytest.mark.parametrize("padding", [0, 2, 32])
def test_yuv_rows_may_be_longer_than_the_picture(pixel_format: PixelFormat, padding: int) -> None:
    rgb = picture(96, 64)
    tight = filled(in_format(rgb, pixel_format), input_tensor())
    assert (filled(in_format(rgb, pixel_format, padding), input_tensor()) == tight).all()
    assert_close(tight[0], reference(rgb[:, 16:80]), 12)


@pytest.mark.parametrize("pixel_format", PixelFormat)
def test_odd_model_sides(pixel_format: PixelFormat) -> None:
    rgb = picture(100, 80)
    found = filled(in_format(rgb, pixel_format), input_tensor(33, 29), fit="squash")[0]
    gray = pixel_format is PixelFormat.GRAY
    expected = np.dstack([cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)] * 3) if gray else rgb
    assert_close(found, reference(expected, 33, 29), 12)


@pytest.mark.parametrize("pixel_format", PixelFormat)
def test_grayscale_models(pixel_format: PixelFormat) -> None:
    rgb = picture(64, 64)
    gray = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY))
    found = filled(in_format(rgb, pixel_format), input_tensor(channels=1))
    assert_close(found[0, :, :, 0], reference(gray), 4)


def test_colour_order_is_rgb() -> None:
    pixels = np.zeros((8, 8, 3), np.uint8)
    pixels[..., 0] = 200
    assert filled(frame_of(pixels, PixelFormat.BGR), input_tensor(8, 8))[0, 3, 3].tolist() == [0, 0, 200]
    assert filled(frame_of(pixels, PixelFormat.RGB), input_tensor(8, 8))[0, 3, 3].tolist() == [200, 0, 0]


@pytest.mark.parametrize("pixel_format", COLOUR_FORMATS)
@pytest.mark.parametrize("side", [32, 33])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_models_that_want_bgr_get_the_same_picture_turned_round(
    pixel_format: PixelFormat, side: int, dtype: str
) -> None:
    c = input_tensor(side, side, dtype=dtype)
    table = input_table(c, None, "m") if dtype == "float32" else RAW
    frame, rgb, bgr = in_format(picture(100, 80), pixel_format), tensor_of(c), tensor_of(c)
    Preprocessor(c, table).fill(frame, rgb)
    Preprocessor(c, table, colour=PixelFormat.BGR).fill(frame, bgr)
    assert (bgr[..., ::-1] == rgb).all()
    assert (bgr != rgb).any()


def test_gray_frames_and_gray_models_have_no_order() -> None:
    gray = frame_of(picture(64, 64)[..., 0].copy(), PixelFormat.GRAY)
    colour = frame_of(picture(64, 64), PixelFormat.RGB)
    for frame, c in ((gray, input_tensor()), (colour, input_tensor(channels=1))):
        found = [tensor_of(c), tensor_of(c)]
        Preprocessor(c, RAW).fill(frame, found[0])
        Preprocessor(c, RAW, colour=PixelFormat.BGR).fill(frame, found[1])
        assert (found[0] == found[1]).all()


def test_centre_crop_takes_nothing_from_outside() -> None:
    pixels = np.zeros((80, 120, 3), np.uint8)
    pixels[5:75, 25:95] = 200  # the centre: 0.875 of 80 is 70
    assert (filled(frame_of(pixels, PixelFormat.RGB), input_tensor(70, 70), crop=0.875) == 200).all()


def test_squash_takes_all() -> None:
    pixels = np.zeros((64, 128, 3), np.uint8)
    pixels[:, 64:] = 200
    found = filled(frame_of(pixels, PixelFormat.RGB), input_tensor(), fit="squash")[0]
    assert (found[:, :16] == 0).all()
    assert (found[:, 16:] == 200).all()


@pytest.mark.parametrize("pixel_format", COLOUR_FORMATS)
def test_letterbox_has_gray_bars_and_all_of_the_picture(pixel_format: PixelFormat) -> None:
    white = np.full((64, 128, 3), 255, np.uint8)
    found = filled(in_format(white, pixel_format), input_tensor(), fit="letterbox")[0]
    assert (found[:8] == BAR).all()
    assert (found[24:] == BAR).all()
    assert (found[8:24] >= 254).all()


def test_letterbox_bars_come_back_after_another_geometry() -> None:
    c = input_tensor(dtype="float32")
    preprocessor = Preprocessor(c, input_table(c, Normalization((0,), (1,)), "m"), "letterbox")
    tall, wide = np.full((64, 32, 3), 250, np.uint8), np.full((32, 64, 3), 250, np.uint8)
    for pixels in (tall, wide, tall):
        tensor = tensor_of(c)
        preprocessor.fill(frame_of(pixels, PixelFormat.RGB), tensor)
        bars = tensor[0, :, :8] if pixels is tall else tensor[0, :8]
        assert (bars == BAR).all()
        assert (tensor == 250).sum() == 32 * 16 * 3


def test_roi() -> None:
    pixels = np.zeros((100, 200, 3), np.uint8)
    pixels[20:60, 100:140] = 90
    assert (filled(frame_of(pixels, PixelFormat.RGB), input_tensor(), roi=Roi(0.5, 0.2, 0.2, 0.4)) == 90).all()


@pytest.mark.parametrize("nchw", [False, True])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("dtype", ["uint8", "int8", "float32"])
def test_dtypes_and_layouts(dtype: str, channels: int, nchw: bool) -> None:
    rgb = picture(32, 32)
    c = input_tensor(channels=channels, dtype=dtype, nchw=nchw)
    normalization = Normalization((100, 110, 120)[:channels], (50,)) if dtype == "float32" else None
    found = filled(frame_of(rgb, PixelFormat.RGB), c, input_table(c, normalization, "m"))
    pixels = rgb if channels == 3 else np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY))[..., np.newaxis]
    expected = {
        "uint8": pixels.astype(np.float64),
        "int8": pixels.astype(np.float64) - 128,
        "float32": (pixels - np.array((100, 110, 120)[:channels])) / 50,
    }[dtype]
    assert found.dtype == np.dtype(dtype)
    assert_close(found[0].transpose(1, 2, 0) if nchw else found[0], expected, 1e-5)


@pytest.mark.parametrize("nchw", [False, True])
def test_quantized_table_per_channel(nchw: bool) -> None:
    rgb = picture(32, 32)
    c = InputTensor(32, 32, 3, nchw, "uint8", 0.0186, 114)
    normalization = Normalization.of_unit_range((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    found = filled(frame_of(rgb, PixelFormat.RGB), c, input_table(c, normalization, "m"))[0]
    real = (rgb - np.array(normalization.mean)) / np.array(normalization.std)
    expected = np.clip(np.rint(real / 0.0186 + 114), 0, 255)
    assert_close(found.transpose(1, 2, 0) if nchw else found, expected, 0)


@pytest.mark.parametrize("pixel_format", PixelFormat)
@pytest.mark.parametrize("fit", ["crop", "letterbox", "squash"])
def test_the_smallest_frames(pixel_format: PixelFormat, fit: Fit) -> None:
    side = 2 if pixel_format in PLANAR else 1
    frame = in_format(np.full((side, side, 3), 128, np.uint8), pixel_format)
    found = filled(frame, input_tensor(), fit=fit)
    assert_close(found, np.full((1, 32, 32, 3), 128.0), 2)


def test_frames_are_not_written_to() -> None:
    for pixel_format in PixelFormat:
        frame = in_format(picture(64, 48), pixel_format)
        before = frame.pixels.copy()
        frame.pixels.flags.writeable = False
        filled(frame, input_tensor())
        assert (frame.pixels == before).all()


def test_pixels_may_be_a_view_of_something_larger() -> None:
    rgb = picture(128, 96)
    whole = filled(frame_of(np.ascontiguousarray(rgb[16:80, 32:96]), PixelFormat.RGB), input_tensor())
    assert (filled(frame_of(rgb[16:80, 32:96], PixelFormat.RGB), input_tensor()) == whole).all()


@pytest.mark.parametrize(
    ("shape", "pixel_format", "width", "height", "fault"),
    [
        ((48, 64), PixelFormat.BGR, 64, 48, r"must have shape \(48, 64, 3\) but got \(48, 64\)"),
        ((48, 64, 4), PixelFormat.RGB, 64, 48, r"must have shape \(48, 64, 3\) but got \(48, 64, 4\)"),
        ((48, 64, 3), PixelFormat.GRAY, 64, 48, r"must have shape \(48, 64\) but got"),
        ((48, 64), PixelFormat.YUV420, 64, 48, r"must have shape \(72, an even stride >= 64\) but got \(48, 64\)"),
        ((72, 62), PixelFormat.NV12, 64, 48, "an even stride >= 64"),
        ((72, 65), PixelFormat.NV12, 64, 48, "an even stride >= 64"),
        ((70, 64), PixelFormat.YUV420, 63, 47, "must have even sides"),
        ((0, 0, 3), PixelFormat.RGB, 0, 0, "has no pixels"),
    ],
)
def test_frames_that_are_not_what_they_say(
    shape: tuple[int, ...], pixel_format: PixelFormat, width: int, height: int, fault: str
) -> None:
    pixels = np.zeros(shape, np.uint8)
    frame = Frame(pixels, pixel_format, width, height, "front", 1, 1, 1.0)
    with pytest.raises(ImageError, match=f"^front: a {pixel_format} frame of {width}x{height}.*{fault}"):
        filled(frame, input_tensor())


def test_pixels_of_another_dtype() -> None:
    frame = Frame(np.zeros((4, 4, 3), np.float32), PixelFormat.RGB, 4, 4, "front", 1, 1, 1.0)
    with pytest.raises(ImageError, match="dtype uint8 but got float32"):
        filled(frame, input_tensor())


@settings(max_examples=60, deadline=None)
@given(
    pixel_format=st.sampled_from(list(PixelFormat)),
    width=st.integers(1, 90),
    height=st.integers(1, 90),
    model=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    fit=st.sampled_from(["crop", "letterbox", "squash"]),
    roi=st.tuples(*[st.floats(0, 1)] * 4),
)
def test_any_geometry_fills_the_whole_tensor(
    pixel_format: PixelFormat,
    width: int,
    height: int,
    model: tuple[int, int],
    fit: Fit,
    roi: tuple[float, float, float, float],
) -> None:
    """One colour in, the same colour (or a bar) in every place of the tensor."""
    if pixel_format in PLANAR:
        width, height = 2 * width, 2 * height
    frame = in_format(np.full((height, width, 3), 200, np.uint8), pixel_format)
    x, y, w, h = roi
    found = filled(frame, input_tensor(*model), fit=fit, roi=Roi(x, y, min(w, 1 - x), min(h, 1 - y)))
    is_picture, is_bar = np.abs(found.astype(int) - 200) <= 2, found == BAR
    assert (is_picture | is_bar).all()
    assert is_picture.any()
    assert fit == "letterbox" or is_picture.all()


def test_only_the_last_geometries_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[weakref.ref[Sampler]] = []

    def make(*arguments: Any, signed: bool) -> Sampler:
        sampler = make_sampler(*arguments, signed=signed)
        made.append(weakref.ref(sampler))
        return sampler

    monkeypatch.setattr("edgeclassify.model.preprocess.preprocessor.make_sampler", make)
    preprocessor = Preprocessor(input_tensor(), RAW)
    for side in [*range(40, 90), *range(82, 90)]:
        preprocessor.fill(frame_of(picture(side, side), PixelFormat.RGB), tensor_of(input_tensor()))
    assert len(made) == 50
    gc.collect()
    assert [sampler() is not None for sampler in made] == 42 * [False] + 8 * [True]


@pytest.mark.parametrize("nchw", [False, True])
@pytest.mark.parametrize("dtype", ["uint8", "int8", "float32"])
def test_no_memory_is_taken_for_each_frame(dtype: str, nchw: bool) -> None:
    c = input_tensor(224, 224, dtype=dtype, nchw=nchw)
    table = input_table(c, Normalization((100, 110, 120), (50,)) if dtype == "float32" else None, "m")
    preprocessor, tensor = Preprocessor(c, table), tensor_of(c)
    frame = frame_of(picture(320, 240), PixelFormat.RGB)
    preprocessor.fill(frame, tensor)
    tracemalloc.start()
    try:
        preprocessor.fill(frame, tensor)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 224 * 224 / 4
