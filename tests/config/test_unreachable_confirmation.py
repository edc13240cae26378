"""Confirmation times that a single picture can't meet."""

import pytest

from edgeclassify.config.sections import Config
from edgeclassify.config.unreachable_confirmation import confirmation_notes

PATTERN = "view {}: with confirm_s = {} a single picture of {}: makes no event"


def notes(camera: dict[str, object], view: dict[str, object] | None = None) -> list[str]:
    document = {
        "camera": [{"name": "front", **camera}],
        "view": [] if view is None else [{"name": "door", **view}],
    }
    return confirmation_notes(Config.model_validate(document))


@pytest.mark.parametrize(
    ("camera", "view", "said"),
    [
        ({"source": "watch:/in"}, {"confirm_s": 2}, PATTERN.format("door", "2", "watch")),
        ({"source": "watch:/in"}, {"confirm_s": 0.01}, PATTERN.format("door", "0.01", "watch")),
        ({"source": "images:/a.jpg"}, {}, PATTERN.format("door", "1", "images")),
        ({"source": "images:/a.jpg"}, None, PATTERN.format("front", "1", "images")),
        ({"source": "images:/photos"}, {"camera": "front", "confirm_s": 3}, PATTERN.format("door", "3", "images")),
        ({"source": "images:http://cam/a.jpg"}, {}, PATTERN.format("door", "1", "images")),
    ],
)
def test_pictures_that_are_shown_once(
    camera: dict[str, object], view: dict[str, object] | None, said: str
) -> None:
    (note,) = notes(camera, view)
    assert note.startswith(said)
    cure = "With confirm_s = 0" if camera["source"] != "watch:/in" else "Without that key"
    assert note.endswith(f"{cure} each picture counts.")


@pytest.mark.parametrize(
    ("camera", "view"),
    [
        ({"source": "watch:/in"}, None),  # 0 is the default there
        ({"source": "watch:/in"}, {}),
        ({"source": "watch:/in"}, {"confirm_s": 0}),
        ({"source": "images:/a.jpg"}, {"confirm_s": 0}),
        ({"source": "images:/a.jpg", "loop": True}, {}),
        ({"source": "video:/a.mp4"}, {}),
        ({"source": "picamera:0"}, {"confirm_s": 5}),
        ({"source": "watch:/in"}, {"camera": "other", "confirm_s": 5}),
    ],
)
def test_nothing_is_said_where_it_can_be_met(camera: dict[str, object], view: dict[str, object] | None) -> None:
    assert notes(camera, view) == []
