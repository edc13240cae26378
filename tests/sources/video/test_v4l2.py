"""What the answers of a device mean. The real ones: see test_device.py."""

import os
from pathlib import Path

import pytest

from edgeclassify.sources.video import v4l2


def test_a_file_that_is_no_camera_has_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with v4l2.opened(str(tmp_path / "file")) as descriptor:
        assert v4l2.modes(descriptor) == []
        assert v4l2.controls(descriptor) == []


def test_a_device_that_does_not_answer_is_not_taken_for_one_without_modes(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    os.close(descriptor)
    for question in (v4l2.modes, v4l2.controls):
        with pytest.raises(OSError, match="Bad file descriptor"):
            question(descriptor)
