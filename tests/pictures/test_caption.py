"""The strip of a caption is as high as its text asks for."""

from edgeclassify.pictures.caption import CaptionStrip
from edgeclassify.types import LabelScore
from tests.publish.snapshots.sample_images import caption

LONG = tuple(LabelScore(i, f"{i} " + "Wm" * 150, 0.1) for i in range(6))


def test_more_text_makes_a_higher_strip() -> None:
    assert CaptionStrip(caption(top=LONG), 640, 480).height > CaptionStrip(caption(), 640, 480).height


def test_an_origin_takes_a_line_where_there_is_no_room_beside_the_rest() -> None:
    assert CaptionStrip(caption(origin="x" * 40), 320, 240).height > CaptionStrip(caption(), 320, 240).height
