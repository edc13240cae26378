"""Runs the whole daemon in the camera root: libcamera's virtual camera shows a photo, its label is published.

To be run by run-in-root.sh. Usage: check_daemon.py [FRAMES]
Prints the topics and payloads that a broker would get, and exits with the daemon's status.
"""

import sys
import tempfile
from pathlib import Path

from edgeclassify.__main__ import main
from tests.target.camera import virtual_camera  # noqa: F401 - patches picamera2 for the virtual pipeline

# The camera of virtual.yaml that shows a photo, of exactly this size.
CONFIG = """
[node]
name = "root"
state_dir = "{state}"
[[camera]]
name = "csi"
source = "picamera:Virtual0"
interval_s = 0.1
size = [320, 180]
[[view]]
name = "table"
threshold_enter = 0.3
confirm_s = 0.3
filter = "none"
unknown_below = 0
"""


def run(frames: str) -> int:
    """The daemon's exit status after so many frames."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "edgeclassify.toml"
        config.write_text(CONFIG.format(state=folder))
        return main(["run", "--config", str(config), "--console", "--frames", frames])


if __name__ == "__main__":
    sys.exit(run(*sys.argv[1:] or ["20"]))
