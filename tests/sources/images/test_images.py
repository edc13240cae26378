"""Image files, folders and URLs as frames."""

import os
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.errors import (
    AbsentError,
    ExitStatus,
    ImageError,
    MissingInputError,
    SourceError,
    UndecodableInputError,
    UnknownPathError,
)
from edgeclassify.sources.images import reading
from edgeclassify.sources.images.reading import list_images, load_frame, natural_key, read_image
from edgeclassify.sources.images.source import ImagesSource
from edgeclassify.sources.support.image_by_url import TOTAL_TIMEOUT_S
from edgeclassify.types import Frame, PixelFormat
from tests.sources.image_files import encode, two_halves
from tests.sources.servers import body, serving
from tests.support.optional import present


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pictures, one of them in capitals, and what is none."""
    for name in ("shot10.jpg", "shot2.jpg", "Shot1.PNG"):
        (tmp_path / name).write_bytes(encode(two_halves(), "PNG" if name.endswith("PNG") else "JPEG"))
    (tmp_path / "truth.csv").write_text("file,label")
    (tmp_path / ".hidden.jpg").write_text("")
    (tmp_path / "folder.jpg").mkdir()
    return tmp_path


def read_all(source: ImagesSource, limit: int = 100) -> list[Frame]:
    source.open()
    frames: list[Frame] = []
    while len(frames) < limit and (frame := source.read(1.0)) is not None:
        frames.append(frame)
    source.close()
    return frames


def names(frames: list[Frame] | Iterator[Any]) -> list[str]:
    return [Path(present(frame.origin)).name for frame in frames]


def test_natural_order() -> None:
    assert sorted(["b2", "b10", "B1", "a", "10", "9"], key=natural_key) == ["9", "10", "a", "B1", "b2", "b10"]


def test_list_images(folder: Path) -> None:
    assert [path.name for path in list_images(folder)] == ["Shot1.PNG", "shot2.jpg", "shot10.jpg"]


def test_load_frame(folder: Path) -> None:
    before = time.time()
    frame = load_frame(folder / "shot2.jpg", "front", 7)
    assert (frame.width, frame.height, frame.pixels.shape) == (64, 32, (32, 64, 3))
    assert (frame.pixel_format, frame.camera, frame.sequence) == (PixelFormat.BGR, "front", 7)
    assert frame.origin == str(folder / "shot2.jpg")
    assert before <= frame.captured_at <= time.time()
    assert 0 <= time.monotonic_ns() - frame.captured_at_ns < 60e9


def test_folder_in_order(folder: Path) -> None:
    frames = read_all(ImagesSource("front", str(folder)))
    assert names(frames) == ["Shot1.PNG", "shot2.jpg", "shot10.jpg"]
    assert [frame.sequence for frame in frames] == [0, 1, 2]


def test_pictures_have_their_own_time_and_what_loops_is_seen_now(folder: Path) -> None:
    os.utime(folder / "shot2.jpg", (1.7e9, 1.7e9))
    once, again = (ImagesSource("front", str(folder / "shot2.jpg"), loop=loop) for loop in (False, True))
    (frame,) = read_all(once)
    assert (frame.captured_at, frame.scene_ns, frame.comes_again) == (1.7e9, int(1.7e18), False)
    frame = read_all(again, limit=1)[0]
    assert frame.scene_ns is None
    assert time.time() - frame.captured_at < 60


def test_a_reduced_picture_can_be_had_in_full(folder: Path) -> None:
    (folder / "large.jpg").write_bytes(encode(two_halves(1600, 800), "JPEG"))
    frame = load_frame(folder / "large.jpg", wanted_side=100)
    (folder / "large.jpg").unlink()
    assert (frame.width, frame.shown.width, frame.shown.pixels.shape, frame.shown.main) == (
        200, 1600, (800, 1600, 3), None,
    )  # fmt: skip
    assert load_frame(folder / "shot2.jpg", wanted_side=100).main is None


def test_a_picture_too_large_to_be_held_stays_reduced(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_MOST_HELD", 1000)
    (folder / "large.jpg").write_bytes(encode(two_halves(1600, 800), "JPEG"))
    assert load_frame(folder / "large.jpg", wanted_side=100).shown.width == 200


def test_a_pipe_among_pictures_is_refused_at_once(folder: Path) -> None:
    os.mkfifo(folder / "pipe.jpg")
    with pytest.raises(ImageError, match="a device or pipe"):
        load_frame(folder / "pipe.jpg")


def test_a_large_file_is_refused_in_the_daemon_and_not_by_hand(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_FILE_BYTES", 1 << 20)
    (folder / "large.bmp").write_bytes(encode(two_halves(1024, 1024), "BMP"))
    with pytest.raises(ImageError, match="at most 1 MB, found 3 MB"):
        load_frame(folder / "large.bmp")
    assert load_frame(folder / "large.bmp", most_bytes=None).width == 1024


def test_folder_in_a_loop_sees_new_pictures(folder: Path) -> None:
    source = ImagesSource("front", str(folder), loop=True)
    source.open()
    assert names(source.read(1) for _ in range(4)) == ["Shot1.PNG", "shot2.jpg", "shot10.jpg", "Shot1.PNG"]
    (folder / "shot11.jpg").write_bytes(encode(two_halves(), "JPEG"))
    assert names(source.read(1) for _ in range(6))[-4:] == ["Shot1.PNG", "shot2.jpg", "shot10.jpg", "shot11.jpg"]


def test_one_file_once_and_in_a_loop(folder: Path) -> None:
    path = str(folder / "shot2.jpg")
    assert names(read_all(ImagesSource("front", path))) == ["shot2.jpg"]
    assert len(read_all(ImagesSource("front", path, loop=True), limit=5)) == 5


def test_open_again_starts_over(folder: Path) -> None:
    source = ImagesSource("front", str(folder))
    assert len(read_all(source)) == 3
    frames = read_all(source)
    assert names(frames)[0] == "Shot1.PNG"
    assert frames[0].sequence == 3
    source.close()
    source.close()


def test_a_bad_picture_is_told_and_passed_over(folder: Path) -> None:
    (folder / "shot3.jpg").write_text("no picture")
    source = ImagesSource("front", str(folder), loop=True)
    source.open()
    assert names([present(source.read(1)), present(source.read(1))]) == ["Shot1.PNG", "shot2.jpg"]
    with pytest.raises(ImageError, match=r"shot3\.jpg"):
        source.read(1)
    assert names(source.read(1) for _ in range(4)) == ["shot10.jpg", "Shot1.PNG", "shot2.jpg", "shot10.jpg"]


def test_a_loop_without_a_single_good_picture_ends(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("no picture")
    for location in (tmp_path, tmp_path / "a.jpg"):
        source = ImagesSource("front", str(location), loop=True)
        source.open()
        with pytest.raises(ImageError):
            source.read(1)
        with pytest.raises(UndecodableInputError, match="none of which can be decoded"):
            source.read(1)


def test_wanted_side(folder: Path) -> None:
    (folder / "large.jpg").write_bytes(encode(two_halves(1280, 640), "JPEG"))
    assert load_frame(folder / "large.jpg", wanted_side=256).pixels.shape == (320, 640, 3)


def one_message(error: SourceError, path: Path | str, *parts: str) -> bool:
    text = str(error)
    assert "\n" not in text
    for part in (str(path), *parts):
        assert part in text
    return True


def test_missing(tmp_path: Path) -> None:
    for location in (tmp_path / "a.jpg", tmp_path / "none" / "a.jpg"):
        with pytest.raises(MissingInputError) as caught:
            read_image(location)
        assert one_message(caught.value, location, "nothing there")
        assert caught.value.exit_status is ExitStatus.NO_INPUT
        with pytest.raises(MissingInputError):
            ImagesSource("front", str(location)).open()


def test_not_a_file(tmp_path: Path) -> None:
    (tmp_path / "gone.jpg").symlink_to("elsewhere.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "file").write_text("")
    expected = {
        "gone.jpg": (MissingInputError, "elsewhere.jpg"),
        "pipe.jpg": (ImageError, "pipe"),
        "file/a.jpg": (MissingInputError, "Not a directory"),
        "x" * 300: (MissingInputError, "too long"),
        "nul\0.jpg": (MissingInputError, "null"),
        ".": (ImageError, "folder"),
    }
    for name, (error_class, part) in expected.items():
        path = f"{tmp_path}/{name}" if name != "." else str(tmp_path)
        with pytest.raises(error_class) as caught:
            read_image(path)
        assert one_message(caught.value, "", part), name


def test_not_permitted(tmp_path: Path, unprivileged: Callable[[], AbstractContextManager[None]]) -> None:
    (tmp_path / "a.jpg").write_bytes(encode(two_halves(), "JPEG"))
    (tmp_path / "a.jpg").chmod(0)
    (tmp_path / "closed").mkdir(mode=0)
    tmp_path.chmod(0o755)
    with unprivileged():
        with pytest.raises(MissingInputError, match="not permitted"):
            read_image(tmp_path / "a.jpg")
        with pytest.raises(MissingInputError, match="denied"):
            list_images(tmp_path / "closed")


def test_folder_without_images(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(MissingInputError) as caught:
        ImagesSource("front", str(tmp_path)).open()
    assert one_message(caught.value, tmp_path, "entries: 1", "JPEG")
    with pytest.raises(MissingInputError, match="nothing there"):
        list_images(tmp_path / "none")


def test_url() -> None:
    with serving(body(encode(two_halves(), "JPEG"))) as server:
        url = f"http://127.0.0.1:{server.server_port}/snap.jpg?pw=secret"
        source = ImagesSource("front", url)
        [frame] = read_all(source)
        assert frame.pixels.shape == (32, 64, 3)
        assert frame.origin == source.describe() == f"http://127.0.0.1:{server.server_port}/snap.jpg?…"
        assert len(read_all(ImagesSource("front", url, loop=True), limit=4)) == 4


def test_only_a_fetch_may_take_long() -> None:
    url, folder = ImagesSource("front", "http://h/snap.jpg"), ImagesSource("front", "/pictures")
    assert url.longest_call_s - folder.longest_call_s == TOTAL_TIMEOUT_S


def test_url_that_is_no_image() -> None:
    with serving(body(b"<html>login</html>", kind="text/html")) as server:
        url = f"http://127.0.0.1:{server.server_port}/snap.jpg"
        with pytest.raises(ImageError, match="HTML page"):
            read_image(url)
        # The next time it may well be a picture; a fresh process would get the same page.
        source = ImagesSource("front", url, loop=True)
        source.open()
        with pytest.raises(AbsentError, match="HTML page"):
            source.read(1)


def test_url_that_is_not_there_yet() -> None:
    with serving(body(b"", 404)) as server:
        url = f"http://127.0.0.1:{server.server_port}/snap.jpg"
        once, again = ImagesSource("front", url), ImagesSource("front", url, loop=True)
        for source, error_class in ((once, UnknownPathError), (again, AbsentError)):
            source.open()
            with pytest.raises(SourceError) as caught:
                source.read(1)
            assert type(caught.value) is error_class
    assert isinstance(caught.value, AbsentError)
    assert caught.value.retry_s > 0  # a camera that starts is not to be asked every second


def test_a_url_that_can_not_be_right_is_not_asked_again() -> None:
    source = ImagesSource("front", "http://127.0.0.1:99999/x.jpg", loop=True)
    source.open()
    with pytest.raises(MissingInputError, match="expected a URL like"):
        source.read(1)


@pytest.mark.parametrize("location", ["ftp://me:secret@host/cat.jpg", "file:///tmp/cat.jpg"])
def test_other_kinds_of_urls_are_named_and_keep_their_secrets(location: str) -> None:
    source = ImagesSource("front", location)
    for read in (lambda: read_image(location), source.open):
        with pytest.raises(MissingInputError, match="a URL of http or https, found another kind of URL") as raised:
            read()
        assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "location",
    [
        "rtsp://bob:hunter2@cam/x",
        "bob:hunter2@cam",
        "http:/bob:hunter2@cam/x.jpg",
        "http:" + "hunter2" * 50,
        "//bob:hunter2@h",
    ],
)
def test_what_was_meant_as_a_url_is_not_quoted(location: str) -> None:
    with pytest.raises(MissingInputError) as caught:
        load_frame(location)
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in ImagesSource("front", location).describe()


def test_a_file_that_is_there_is_named(tmp_path: Path) -> None:
    file = tmp_path / "12:30 @ home.jpg"
    file.write_bytes(encode(two_halves(), "JPEG"))
    assert load_frame(str(file)).origin == str(file)


def test_memory_is_taken_for_the_file_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"x" * 1000)
    tracemalloc.start()
    try:
        assert reading.bytes_of(tmp_path / "a.jpg", most_bytes=None)[0] == b"x" * 1000
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_a_file_that_tells_no_size_is_read_to_its_end_or_to_the_limit() -> None:
    assert len(reading.bytes_of("/proc/self/status")[0]) > 500
    with open("/dev/zero", "rb") as endless:  # noqa: PTH123
        assert len(reading._whole(endless, 0, 3_000_000)) == 3_000_001  # noqa: SLF001
