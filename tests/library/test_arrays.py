"""numpy arrays: each order as the frame it stands for, however it lies in memory; one message for the rest."""

from typing import Any, get_args

import cv2
import numpy as np
import pytest
from hypothesis import given as for_all, strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from edgeclassify import ArgumentError, Classifier
from edgeclassify.library.arrays import Order, checked_order, frame_of_array
from edgeclassify.pixels import check_frame, to_bgr
from edgeclassify.types import PixelFormat

Bgr = NDArray[np.uint8]


def test_the_orders_are_those_of_frames() -> None:
    assert set(get_args(Order)) == {str(one) for one in PixelFormat}


def test_bgr_and_rgb_are_the_same_picture(classifier: Classifier, bgr: Bgr) -> None:
    expected = classifier(bgr, order="bgr")
    turned = classifier(bgr[:, :, ::-1], order="rgb")
    wrong = classifier(bgr, order="rgb")
    assert expected.best.label == "espresso"
    assert np.array_equal(turned.scores, expected.scores)
    assert not np.array_equal(wrong.scores, expected.scores)


def test_a_colour_array_must_say_its_order(classifier: Classifier, bgr: Bgr) -> None:
    with pytest.raises(ArgumentError, match=r'order="rgb" or order="bgr" with shape .*found none.*VideoCapture'):
        classifier(bgr)


def test_gray_says_it_by_its_shape(bgr: Bgr) -> None:
    gray = bgr[:, :, 1]
    for array in (gray, gray[:, :, np.newaxis]):
        frame = frame_of_array(array)
        assert (frame.pixel_format, frame.width, frame.height) == (PixelFormat.GRAY, gray.shape[1], gray.shape[0])
        assert np.array_equal(frame.pixels, gray)
    assert frame_of_array(gray, "gray").pixel_format is PixelFormat.GRAY


def test_a_fourth_channel_is_left_out(bgr: Bgr) -> None:
    with_alpha = np.dstack([bgr, np.zeros(bgr.shape[:2], np.uint8)])
    assert np.array_equal(frame_of_array(with_alpha, "bgr").pixels, bgr)


@pytest.mark.parametrize(
    "view",
    [
        lambda a: a[::2, ::2],
        lambda a: a[::-1],
        lambda a: a[:, ::-1],
        lambda a: a[:, :, ::-1],
        lambda a: np.asfortranarray(a),
        lambda a: a.transpose(1, 0, 2),
        lambda a: a[10:90, 20:80],
        lambda a: np.broadcast_to(a[:1], a.shape),
    ],
)
def test_memory_of_every_kind(classifier: Classifier, bgr: Bgr, view: Any) -> None:
    array = view(bgr)
    before = array.copy()
    array.flags.writeable = False
    found, expected = classifier(array, order="bgr"), classifier(before, order="bgr")
    assert np.array_equal(found.scores, expected.scores)
    assert np.array_equal(array, before)


def test_what_opencv_can_read_is_not_copied(bgr: Bgr) -> None:
    for array in (bgr, bgr[10:90, 20:80]):
        assert np.shares_memory(frame_of_array(array, "bgr").pixels, array)


@pytest.mark.parametrize("order", ["yuv420", "nv12"])
@pytest.mark.parametrize("padding", [0, 32])
def test_planes_with_and_without_padding(bgr: Bgr, order: Order, padding: int) -> None:
    height, width = 240, 320
    yuv = cv2.cvtColor(cv2.resize(bgr, (width, height)), cv2.COLOR_BGR2YUV_I420)
    luma, chroma = yuv[:height], yuv[height:].reshape(2, height // 2, width // 2)
    if order == "nv12":
        parts = [luma, chroma.transpose(1, 2, 0).reshape(height // 2, width)]
        padded = np.vstack([np.pad(part, ((0, 0), (0, padding))) for part in parts])
    else:
        planes = [np.pad(plane, ((0, 0), (0, padding // 2))) for plane in chroma]
        rows = np.vstack(planes).reshape(height // 2, width + padding)
        padded = np.vstack([np.pad(luma, ((0, 0), (0, padding))), rows])
    frame = frame_of_array(padded, order, width if padding else None)
    check_frame(frame)
    assert (frame.width, frame.height) == (width, height)
    assert np.array_equal(to_bgr(frame), cv2.cvtColor(yuv, cv2.COLOR_YUV2BGR_I420))


def test_planes_are_classified(classifier: Classifier, bgr: Bgr) -> None:
    yuv = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2YUV_I420), np.uint8)
    assert classifier(yuv, order="yuv420").best.label == "espresso"


WRONG: list[tuple[Any, dict[str, Any], str]] = [
    (np.zeros((0, 8, 3), np.uint8), {}, r"expected pixels, found none: its shape is \(0, 8, 3\)"),
    (np.zeros((8, 8, 3)), {}, r"uint8.*found float64 \(0 to 0\)\. Of 0 to 1: \(array \* 255\)"),
    (np.full((8, 8, 3), 200.0), {}, r"found float64 \(200 to 200\)\. Make it uint8"),
    (np.full((8, 8, 3), -0.5, np.float32), {}, r"found float32 \(-0\.5 to -0\.5\)\. Make it uint8"),
    (np.full((8, 8, 3), np.nan), {}, "no numbers .NaN or infinite"),
    (np.full((8, 8, 3), np.inf), {}, "no numbers .NaN or infinite"),
    (np.zeros((8, 8, 3), np.uint16), {}, r"found uint16\. Of 16 bits per value: \(array >> 8\)"),
    (np.zeros((8, 8, 3), np.int64), {}, r"found int64\. Make it uint8"),
    (np.zeros((8, 8), bool), {}, r"found bool\. Make it uint8"),
    (np.zeros((8, 8), object), {}, r"found object\. Make it uint8"),
    (np.zeros((3, 8, 9), np.uint8), {}, r"found \(3, 8, 9\)\. Its channels stand first"),
    (np.zeros((1, 8, 8, 3), np.uint8), {}, r"It is a batch of one: array\[0\]"),
    (np.zeros((2, 8, 8, 3), np.uint8), {}, r"found \(2, 8, 8, 3\)\. It may be a batch: classifier\.many"),
    (np.zeros(8, np.uint8), {}, r"found \(8,\)\.$"),
    (np.zeros((), np.uint8), {}, r"found \(\)\.$"),
    (np.zeros((8, 8, 2), np.uint8), {}, r"found \(8, 8, 2\)\.$"),
    (np.zeros((8, 8), np.uint8), {"order": "rgb"}, r"\(height, width, 3\) with order='rgb', found \(8, 8\)"),
    (np.zeros((8, 8, 3), np.uint8), {"order": "gray"}, "found 'gray'"),
    (np.zeros((8, 8, 3), np.uint8), {"order": "bgr", "width": 8}, "width: expected with order="),
    (np.zeros((8, 8, 3), np.uint8), {"order": "yuv420"}, r"for order='yuv420', found \(8, 8, 3\)"),
    (np.zeros((8, 8), np.uint8), {"order": "yuv420"}, r"height \* 3 / 2.*found \(8, 8\)"),
    (np.zeros((9, 7), np.uint8), {"order": "nv12"}, r"for order='nv12', found \(9, 7\)"),
    (np.zeros((9, 8), np.uint8), {"order": "nv12", "width": 10}, "width: expected an even number of 2 to 8"),
    (np.zeros((9, 8), np.uint8), {"order": "nv12", "width": 7}, "width: expected an even number of 2 to 8"),
    (np.zeros((9, 8), np.uint8), {"order": "nv12", "width": 0}, "width: expected an even number of 2 to 8"),
    (np.zeros((9, 8), np.uint8), {"order": "nv12", "width": 4.0}, "width: expected an even number of 2 to 8"),
]


@pytest.mark.parametrize(("array", "said", "message"), WRONG)
def test_one_message_for_each_mistake(array: Any, said: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message) as caught:
        frame_of_array(array, **said)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("order", ["rbg", "RGB", 3, b"rgb", ["rgb"]])
def test_an_order_that_there_is_not(order: Any) -> None:
    with pytest.raises(ArgumentError, match="order: expected one of rgb, bgr, gray, yuv420, nv12, found"):
        checked_order(order)


@for_all(
    arrays.arrays(
        st.sampled_from([np.uint8, np.uint16, np.float32, np.bool_]),
        arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=9),
    ),
    st.sampled_from([None, *get_args(Order)]),
    st.sampled_from([None, 2, 4, 7]),
)
def test_an_array_is_a_whole_frame_or_refused(array: Any, order: Order | None, width: int | None) -> None:
    try:
        frame = frame_of_array(array, order, width)
    except ArgumentError:
        return
    check_frame(frame)
    assert to_bgr(frame).shape == (frame.height, frame.width, 3)


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 700, 3), (40_000, 3, 3), (3, 40_000, 3)])
def test_a_picture_of_any_proportions(classifier: Classifier, shape: tuple[int, ...]) -> None:
    assert classifier(np.zeros(shape, np.uint8), order="rgb").scores.shape == (200,)
