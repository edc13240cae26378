"""V4L2 devices through the real OpenCV."""

import os
from pathlib import Path

import pytest

from edgeclassify.errors import ExitStatus, SourceError
from edgeclassify.sources.video.device import DeviceSource
from tests.sources.video.common import one_message


class TestDevice:
    def test_missing(self, tmp_path):
        path = tmp_path / "video9"
        with pytest.raises(SourceError) as caught:
            DeviceSource("front", str(path)).open()
        assert one_message(caught.value, path, "plugged in")
        assert caught.value.exit_status is ExitStatus.UNAVAILABLE

    def test_no_device(self, tmp_path):
        (tmp_path / "a.mp4").write_text("")
        with pytest.raises(SourceError, match="file or folder"):
            DeviceSource("front", str(tmp_path / "a.mp4")).open()

    def test_a_device_that_is_no_camera(self, capfd):
        with pytest.raises(SourceError) as caught:
            DeviceSource("front", "/dev/null").open()
        assert one_message(caught.value, "/dev/null", "another program")
        assert capfd.readouterr().err == ""

    def test_not_permitted(self, tmp_path, unprivileged):
        node = tmp_path / "video0"
        try:
            os.mknod(node, 0o020600, os.makedev(1, 3))
        except PermissionError:
            pytest.skip("making a device node needs root")
        with unprivileged(), pytest.raises(SourceError) as caught:
            DeviceSource("front", str(node)).open()
        assert one_message(caught.value, node, "usermod -aG video")

    def test_a_real_camera(self):
        nodes = sorted(Path("/dev").glob("video*"))
        if not nodes:
            pytest.skip("no /dev/video* on this machine")
        source = DeviceSource("front", str(nodes[0]))
        source.open()
        assert source.read(5).pixels.ndim == 3
        source.close()
