"""Makes a v4l2loopback device a camera with MJPG: feed_mjpg.py DEVICE PHOTO... shows the photos in turn."""

from __future__ import annotations

import argparse
import fcntl
import itertools
import os
import struct
import time

import cv2

VIDIOC_S_FMT = 0xC0D05605  # of 64-bit machines
V4L2_BUF_TYPE_VIDEO_OUTPUT = 2
V4L2_FIELD_NONE = 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("device")
    parser.add_argument("photos", nargs="+")
    parser.add_argument("--size", default="640x480")
    parser.add_argument("--fps", type=float, default=25.0)
    arguments = parser.parse_args()
    width, height = map(int, arguments.size.split("x"))
    pictures = []
    for path in arguments.photos:
        picture = cv2.resize(cv2.imread(path), (width, height), interpolation=cv2.INTER_AREA)
        pictures.append(cv2.imencode(".jpg", picture)[1].tobytes())

    device = os.open(arguments.device, os.O_WRONLY)
    # struct v4l2_format with its v4l2_pix_format: width, height, pixelformat, field
    wanted = struct.pack(
        "<II4I", V4L2_BUF_TYPE_VIDEO_OUTPUT, 0, width, height, int.from_bytes(b"MJPG", "little"), V4L2_FIELD_NONE
    )
    got = fcntl.ioctl(device, VIDIOC_S_FMT, wanted.ljust(208, b"\0"))
    if got[8:20] != wanted[8:20]:
        raise SystemExit(f"{arguments.device} does not take MJPG {arguments.size}")
    for picture in itertools.cycle(pictures):
        os.write(device, picture)
        time.sleep(1 / arguments.fps)


if __name__ == "__main__":
    main()
