"""Descriptor 2 is led elsewhere once: chatter to the debug log, all else on, and a crash leaves its stacks."""

import json
import logging
import os
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from edgeclassify.native_stderr import diverted_native_stderr
from tests.support.waiting import patient

NATIVE = logging.getLogger("edgeclassify.native_stderr")


def run(program: str, **more: object) -> subprocess.CompletedProcess[str]:
    """Run a Python program; -X faulthandler must not be needed."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONFAULTHANDLER"}
    environment |= {key: str(value) for key, value in more.items()}
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True, text=True, timeout=patient(60), check=False, env=environment,
    )  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        "Corrupt JPEG data: 4 extraneous bytes before marker 0xd9",
        "Premature end of JPEG file",
        "Unsupported marker type 0x33",
        "libpng error: Read Error",
        "TIFFReadDirectory: Warning, unknown field",
        "[ WARN:0@0.5] global cap.cpp:1 something",
        "[mjpeg @ 0x55d0] overread 8",
        "INFO: Created TensorFlow Lite XNNPACK delegate for CPU.",
        "W0000 00:00:1700000000.000000 1 x.cc:1] something",
        "   ",
    ],
)
def test_chatter_goes_to_the_debug_log_alone(
    line: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, NATIVE.name)
    with diverted_native_stderr():
        os.write(2, f"{line}\na line of a driver\n".encode())
    assert capfd.readouterr().err == "a line of a driver\n"
    assert [record.message for record in caplog.records] == ([line] if line.strip() else [])


def test_what_has_no_line_end_is_passed_on_at_the_end(capfd: pytest.CaptureFixture[str]) -> None:
    with diverted_native_stderr():
        os.write(2, b"first\nno line end")
    assert capfd.readouterr().err == "first\nno line end\n"


def test_a_line_in_two_halves_is_one_line(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, NATIVE.name)
    with diverted_native_stderr():
        os.write(2, b"Corrupt JPEG")
        time.sleep(0.05)
        os.write(2, b" data\n")
    assert capfd.readouterr().err == ""
    assert [record.message for record in caplog.records] == ["Corrupt JPEG data"]


def test_an_error_inside_leads_the_descriptor_back(capfd: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        os.write(2, b"libpng error: dying\n")
        raise RuntimeError

    with pytest.raises(RuntimeError), diverted_native_stderr():
        work()
    os.write(2, b"libpng error: nobody reads any more\n")
    assert capfd.readouterr().err == "libpng error: nobody reads any more\n"


def test_no_descriptor_is_left_open() -> None:
    before = sum(1 for _ in Path("/proc/self/fd").iterdir())
    for _ in range(3):
        with diverted_native_stderr():
            pass
    assert sum(1 for _ in Path("/proc/self/fd").iterdir()) == before


def test_many_threads_lose_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        for _ in range(100):
            os.write(2, b"log\nlibpng warning: x\n")

    with diverted_native_stderr():
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert capfd.readouterr().err == "log\n" * 400


def test_a_child_that_holds_the_pipe_does_not_hold_the_end_up() -> None:
    with diverted_native_stderr():
        child = subprocess.Popen(["sleep", "60"])
        started = time.monotonic()
    took_s = time.monotonic() - started
    child.kill()
    child.wait()
    assert took_s < 0.8


def test_native_code_that_keeps_pythons_lock_never_waits() -> None:
    """More than the pipe holds, in one call that does not let the reader run."""
    done = run(
        """
        import ctypes, os
        from edgeclassify.native_stderr import diverted_native_stderr
        write = ctypes.PyDLL(None).write  # PyDLL keeps the lock
        text = b"a driver says\\n" * 100_000
        with diverted_native_stderr():
            sent = 0
            while sent < 4_000_000:
                wrote = write(2, text, len(text))
                sent += max(wrote, 100_000)
            os.write(1, b"done")
        """
    )
    assert done.returncode == 0, done.stderr[-500:]
    assert done.stdout == "done"
    assert done.stderr.startswith("a driver says\n")


def test_messages_and_the_log_go_their_own_way() -> None:
    """They come whole and in order, though nobody reads the pipe between."""
    done = run(
        """
        import logging, os, sys
        from edgeclassify.logs import set_up_logging
        from edgeclassify.native_stderr import diverted_native_stderr
        with diverted_native_stderr():
            set_up_logging("info")
            print("a message", file=sys.stderr)
            logging.getLogger("edgeclassify").info("libpng is only the log's word")
            os.write(2, b"libpng warning: chatter\\n")
            assert sys.stderr.fileno() != 2
        logging.getLogger("edgeclassify").info("after the end")
        print("a last message", file=sys.stderr)
        """
    )
    lines = done.stderr.splitlines()
    assert [line.split("    ")[-1] for line in lines] == [
        "a message", "libpng is only the log's word", "after the end", "a last message",
    ]  # fmt: skip


def test_the_journal_is_still_known_as_the_journal(tmp_path: Path) -> None:
    """JOURNAL_STREAM names the file behind descriptor 2, which is then a pipe of ours."""
    path = tmp_path / "journal"
    program = """
        import logging, os
        status = os.fstat(2)
        os.environ["JOURNAL_STREAM"] = f"{status.st_dev}:{status.st_ino}"
        from edgeclassify.logs import set_up_logging
        from edgeclassify.native_stderr import diverted_native_stderr
        with diverted_native_stderr():
            set_up_logging("info")
            logging.getLogger("edgeclassify").warning("hello")
    """
    with path.open("wb") as file:
        subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program)], stderr=file, timeout=patient(60), check=True
        )
    assert path.read_text() == "<4>hello\n"


def test_without_standard_error_nothing_is_done() -> None:
    done = run(
        """
        import os
        os.close(2)
        from edgeclassify.native_stderr import diverted_native_stderr
        with diverted_native_stderr():
            os.write(1, b"works")
        """
    )
    assert (done.returncode, done.stdout) == (0, "works")


CRASH = """
    import ctypes, sys, threading
    import cv2
    import numpy as np
    from edgeclassify.native_stderr import diverted_native_stderr
    from edgeclassify.sources.images import decode

    jpeg = cv2.imencode(".jpg", np.zeros((64, 64, 3), np.uint8))[1].tobytes()
    count = 0

    def crashing(*arguments):
        global count
        count += 1
        if count == 3:
            ctypes.string_at(0)
        return real(*arguments)

    def decode_for_a_camera():
        while True:
            decode.decode_image(jpeg, "front")

    real, decode.cv2.imdecode = cv2.imdecode, crashing
    with diverted_native_stderr():
        thread = threading.Thread(target=decode_for_a_camera)
        thread.start()
        thread.join()
"""


@pytest.mark.parametrize("in_unit", [False, True], ids=["alone", "as the unit starts it"])
def test_a_crash_in_native_code_while_decoding_leaves_its_stacks(in_unit: bool) -> None:
    done = run(CRASH, **({"PYTHONFAULTHANDLER": 1} if in_unit else {}))
    assert done.returncode == -11
    assert "Fatal Python error: Segmentation fault" in done.stderr
    assert "in decode_for_a_camera" in done.stderr
    assert "in decode_image" in done.stderr


def test_the_command_itself_diverts(tmp_path: Path) -> None:
    """A picture that libjpeg complains about: the answer comes, and no word of libjpeg's."""
    program = """
        import json, os, sys
        import cv2, numpy as np
        from edgeclassify.__main__ import main
        def decode(*arguments):
            os.write(2, b"Corrupt JPEG data: 9 extraneous bytes\\n")
            return real(*arguments)
        real, cv2.imdecode = cv2.imdecode, decode
        cv2.imwrite(os.environ["PICTURE"], np.zeros((64, 64, 3), np.uint8))
        sys.exit(main(["classify", "--json", "--top", "1", os.environ["PICTURE"]]))
    """
    done = run(program, PICTURE=tmp_path / "black.jpg")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["path"].endswith("black.jpg")
    assert done.stderr == ""
