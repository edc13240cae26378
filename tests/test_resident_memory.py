"""What a daemon gives back to the machine: free heap, code that was for the start alone; and it works on."""

import ctypes
import json
import os
import subprocess
import sys
import textwrap

import pytest

from edgeclassify.resident_memory import expect_loading, give_back
from tests.support.waiting import patient

pytestmark = pytest.mark.skipif(
    not (sys.platform == "linux" and "CS_GNU_LIBC_VERSION" in os.confstr_names), reason="glibc alone can be told"
)


def run(program: str) -> dict[str, float]:
    """What a process of its own prints: it must end well."""
    begin = "import json\nfrom tests.support.process_memory import process_memory\nimport os\n"
    command = [sys.executable, "-c", begin + textwrap.dedent(program)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=patient(120))
    assert done.returncode == 0, done.stderr
    found: dict[str, float] = json.loads(done.stdout)
    return found


def test_code_that_is_not_in_use_leaves_and_comes_back_when_it_is() -> None:
    found = run(
        """
        import cv2, numpy
        from edgeclassify.resident_memory import give_back

        def work():
            picture = cv2.resize(numpy.arange(48 * 64 * 3, dtype="uint8").reshape(48, 64, 3), (32, 24))
            return cv2.imencode(".jpg", picture)[1].tobytes()

        before, worked = process_memory(os.getpid()).file, work()
        give_back(True)
        after = process_memory(os.getpid()).file
        print(json.dumps({"before": before, "after": after, "same": work() == worked}))
        """
    )

    assert found["after"] < found["before"] / 2
    assert found["same"]


def test_changed_data_of_libraries_stays() -> None:
    """Addresses that the loader wrote, tables that were filled: a new library can still be loaded and used."""
    found = run(
        """
        import ctypes
        from edgeclassify.resident_memory import give_back

        before = process_memory(os.getpid()).anon
        give_back(True)
        import decimal, sqlite3, zlib
        assert sqlite3.connect(":memory:").execute("select 6 * 7").fetchone() == (42,)
        try:
            ctypes.CDLL("no such library")
        except OSError:
            print(json.dumps({"deflated": len(zlib.compress(bytes(1000)))}))
        """
    )

    assert found["deflated"] < 100


def test_memory_that_was_needed_for_loading_is_given_back() -> None:
    found = run(
        """
        from edgeclassify.resident_memory import expect_loading, give_back

        expect_loading()
        start = process_memory(os.getpid()).anon
        kept, blocks = [], []
        for _ in range(20_000):
            blocks.append(bytes(1 << 10))
            kept.append(bytes(1 << 6))
        held = process_memory(os.getpid()).anon
        blocks.clear()
        give_back(True)
        left = process_memory(os.getpid()).anon
        print(json.dumps({"held": held - start, "left": left - start}))
        """
    )

    assert found["held"] > 20_000
    assert found["left"] < found["held"] / 2


def test_a_large_block_is_the_machines_again_while_parts_are_loaded() -> None:
    found = run(
        """
        from edgeclassify.resident_memory import expect_loading

        expect_loading()
        blocks = [bytearray(b"x") * (1 << 20) for _ in range(20)]
        held = process_memory(os.getpid()).anon
        last = blocks.pop()
        blocks.clear()
        print(json.dumps({"given_back": held - process_memory(os.getpid()).anon}))
        """
    )

    assert found["given_back"] > 15_000


def test_objects_that_last_are_not_looked_through_again_and_can_still_go() -> None:
    found = run(
        """
        import gc, weakref
        from edgeclassify.resident_memory import give_back

        class Ring:
            def __init__(self):
                self.itself = self

        ring = Ring()
        seen = weakref.ref(ring)
        give_back(True)
        frozen = gc.get_freeze_count()
        del ring
        gc.collect()
        is_there_while_frozen = seen() is not None
        give_back(False)
        is_there_while_frozen = is_there_while_frozen and seen() is not None
        give_back(True)
        print(json.dumps({"frozen": frozen, "before": is_there_while_frozen, "after": seen() is not None}))
        """
    )

    assert found["frozen"] > 1000
    assert found["before"]
    assert not found["after"]


def test_garbage_is_looked_for_less_often_while_parts_are_loaded() -> None:
    found = run(
        """
        import gc
        from edgeclassify.resident_memory import expect_loading, give_back

        expect_loading()
        loading = gc.get_threshold()[0]
        give_back(True)
        print(json.dumps({"loading": loading, "then": gc.get_threshold()[0]}))
        """
    )

    assert found["loading"] > 10 * found["then"] > 10_000


def test_where_the_c_library_is_another_one_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_: str) -> str:
        raise ValueError("unrecognized configuration name")

    monkeypatch.setattr(os, "confstr", unknown)
    monkeypatch.setattr(ctypes, "PyDLL", lambda _: pytest.fail("a library was called"))

    expect_loading()
    give_back(False)
