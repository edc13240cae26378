"""Lets picamera2 drive libcamera's virtual pipeline; imported before the first Picamera2 object is made.

picamera2 assumes two things of a camera that the virtual one lacks: a raw stream, whose modes it lists, and
buffers whose planes it need not describe. Nothing else of it is touched.
"""

import mmap
import os
from typing import Any

import libcamera
from picamera2 import Picamera2
from picamera2.allocators import DmaAllocator


def list_modes(self: Picamera2) -> list[dict[str, Any]]:
    """The viewfinder's formats and sizes in place of the raw ones."""
    configuration = self.camera.generate_configuration([libcamera.StreamRole.Viewfinder])
    formats = configuration.at(0).formats
    return [
        {"format": str(name), "size": (size.width, size.height)}
        for name in formats.pixel_formats
        for size in formats.sizes(name)
    ]


def plane(fd: int, offset: int, length: int) -> "libcamera.FrameBuffer.Plane":
    """One plane of a frame buffer."""
    result = libcamera.FrameBuffer.Plane()
    result.fd, result.offset, result.length = fd, offset, length
    return result


def allocate(self: DmaAllocator, libcamera_config: "libcamera.CameraConfiguration", _use_case: object) -> None:
    """As DmaAllocator does it, with NV12's two planes described: the virtual pipeline writes both."""
    self.libcamera_fds = []
    self.cleanup()
    for fd in self.open_fds:
        os.close(fd)
    self.frame_buffers, self.open_fds = {}, []
    for config in libcamera_config:
        luma = config.stride * config.size.height
        buffers = []
        for index in range(config.buffer_count):
            handle = self.dmaHeap.alloc(f"picamera2-{index}", config.frame_size)
            fd = handle.get()
            planes = [plane(fd, 0, luma), plane(fd, luma, config.frame_size - luma)]
            self.open_fds.append(fd)
            self.libcamera_fds.append(planes[0].fd)
            self.mapped_buffers_used[planes[0].fd] = False
            buffer = libcamera.FrameBuffer(planes)
            protection = mmap.PROT_READ | mmap.PROT_WRITE
            self.mapped_buffers[buffer] = mmap.mmap(fd, config.frame_size, mmap.MAP_SHARED, protection)
            buffers.append(buffer)
        self.frame_buffers[config.stream] = buffers


Picamera2._get_raw_modes = list_modes
DmaAllocator.allocate = allocate
