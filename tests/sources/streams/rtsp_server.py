"""An RTSP server for tests: one H.264 stream on 127.0.0.1.

It runs on the system's Python, which has GStreamer's bindings, prints `ready PORT` when it serves, and ends when
its standard input does, so that it never outlives the tests. User and password, if any, are in RTSP_USER and
RTSP_PASSWORD.

    SIGUSR1  stall: connections stay, no picture comes
    SIGUSR2  go on
    SIGHUP   the other size, and back at the next
"""

import argparse
import os
import signal
import sys
import time
from typing import Any

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

BITS = 32
ROLE = "viewer"


def clock_picture(width: int, height: int) -> bytes:
    """An I420 picture of black and white bands, from the top the bits of the monotonic clock's milliseconds."""
    now = time.monotonic_ns() // 1_000_000
    white, black = b"\xeb" * width, b"\x10" * width
    rows = []
    for bit in range(BITS):
        band = (bit + 1) * height // BITS - bit * height // BITS
        rows.append((white if now >> bit & 1 else black) * band)
    return b"".join(rows) + b"\x80" * (width * height // 2)


class Factory(GstRtspServer.RTSPMediaFactory):
    """Makes the one pipeline that all clients share, and changes it while it runs."""

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__()
        self.options = options
        self.sizes = [options.size, options.other_size]
        self.stalled = False
        self.pipeline: Any = None
        self.set_shared(True)
        self.set_launch(self.launch_line())
        self.connect("media-configure", self.on_media)

    def launch_line(self) -> str:
        width, height = self.options.size
        fps, picture = self.options.fps, self.options.picture
        rate = f"framerate={fps}/1"
        if picture == "clock":
            source = (
                "appsrc name=clock is-live=true do-timestamp=true format=time "
                f"caps=video/x-raw,format=I420,width={width},height={height},{rate}"
            )
        elif picture == "ball":
            source = "videotestsrc is-live=true pattern=ball"
        else:
            source = f'filesrc location="{picture}" ! decodebin ! imagefreeze is-live=true'
        return (
            f"( {source} ! videoconvert ! videoscale ! capsfilter name=size ! valve name=valve"
            f" ! openh264enc complexity=low gop-size={self.options.gop or fps} rate-control=bitrate"
            f" bitrate={self.options.bitrate} ! rtph264pay name=pay0 pt=96 config-interval=-1 )"
        )

    def on_media(self, _: object, media: Any) -> None:
        self.pipeline = media.get_element()
        self.apply()
        # One more user than there are clients: the pipeline never ends. Else who comes while it ends gets a 503.
        media.connect("prepared", lambda media: media.prepare(None))
        clock = self.pipeline.get_by_name("clock")
        if clock is not None:
            timer = GLib.timeout_add(1000 // self.options.fps, self.push, clock)
            media.connect("unprepared", lambda _: GLib.source_remove(timer))

    def push(self, clock: Any) -> bool:
        clock.emit("push-buffer", Gst.Buffer.new_wrapped(clock_picture(*self.options.size)))
        return True

    def apply(self) -> None:
        if self.pipeline is None:
            return
        width, height = self.sizes[0]
        caps = f"video/x-raw,format=I420,width={width},height={height},framerate={self.options.fps}/1"
        self.pipeline.get_by_name("size").set_property("caps", Gst.Caps.from_string(caps))
        self.pipeline.get_by_name("valve").set_property("drop", self.stalled)

    def stall(self, stalled: bool) -> bool:
        self.stalled = stalled
        self.apply()
        return True

    def change_size(self) -> bool:
        self.sizes.reverse()
        self.apply()
        return True


def protect(server: Any, factory: Factory, method: str) -> None:
    """Let nobody in but the user of the environment, who is asked for in this way."""
    user, password = os.environ["RTSP_USER"], os.environ["RTSP_PASSWORD"]
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", ROLE)
    auth = GstRtspServer.RTSPAuth()
    if method == "basic":
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.BASIC)
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    else:
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(user, password, token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_role(ROLE)
    permissions.add_permission_for_role(ROLE, "media.factory.access", True)
    permissions.add_permission_for_role(ROLE, "media.factory.construct", True)
    factory.set_permissions(permissions)


def size_of(text: str) -> tuple[int, int]:
    width, height = text.split("x")
    return int(width), int(height)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", default="0", help="0: any free port")
    parser.add_argument("--path", default="/stream")
    parser.add_argument("--size", type=size_of, default="320x240")
    parser.add_argument("--other-size", type=size_of, default="160x120", help="what SIGHUP changes to")
    parser.add_argument("--fps", type=int, default=10)
    parser.add_argument("--gop", type=int, help="frames from one key frame to the next; default: one second")
    parser.add_argument("--bitrate", type=int, default=2_000_000)
    parser.add_argument("--picture", default="clock", help="clock, ball, or a PNG or JPEG file")
    parser.add_argument("--auth", choices=["basic", "digest"])
    return parser.parse_args()


def main() -> None:
    options = arguments()
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(options.port)
    factory = Factory(options)
    if options.auth:
        protect(server, factory, options.auth)
    server.get_mount_points().add_factory(options.path, factory)
    if server.attach(None) == 0:
        sys.exit(f"can't listen on port {options.port}")
    loop = GLib.MainLoop()
    GLib.unix_signal_add(GLib.PRIORITY_HIGH, signal.SIGUSR1, factory.stall, True)
    GLib.unix_signal_add(GLib.PRIORITY_HIGH, signal.SIGUSR2, factory.stall, False)
    GLib.unix_signal_add(GLib.PRIORITY_HIGH, signal.SIGHUP, factory.change_size)
    GLib.io_add_watch(sys.stdin.fileno(), GLib.PRIORITY_HIGH, GLib.IOCondition.HUP, lambda *_: loop.quit())
    print(f"ready {server.get_bound_port()}", flush=True)
    loop.run()


if __name__ == "__main__":
    main()
