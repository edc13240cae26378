"""What native libraries write to descriptor 2 is collected; what others write there is not lost."""

import os
import re
import threading

from edgeclassify.native_stderr import captured_stderr

CHATTER = re.compile(rb"libfoo: ")


def test_chatter_is_collected_and_the_rest_is_passed_on(capfd):
    with captured_stderr(CHATTER) as lines:
        os.write(2, b"libfoo: bad marker\na line of the log\nlibfoo: again")
    assert lines == ["libfoo: bad marker", "libfoo: again"]
    assert capfd.readouterr().err == "a line of the log\n"


def test_an_error_inside_restores_the_descriptor(capfd):
    try:
        with captured_stderr(CHATTER) as lines:
            os.write(2, b"libfoo: dying\n")
            raise RuntimeError
    except RuntimeError:
        pass
    os.write(2, b"still here\n")
    assert lines == ["libfoo: dying"]
    assert capfd.readouterr().err == "still here\n"


def test_nested_in_one_thread(capfd):
    with captured_stderr(CHATTER) as outer:
        with captured_stderr(CHATTER) as inner:
            os.write(2, b"libfoo: inner\nlog\n")
        os.write(2, b"libfoo: outer\n")
    assert (inner, outer) == (["libfoo: inner"], ["libfoo: outer"])
    assert capfd.readouterr().err == "log\n"


def test_threads_take_turns_and_leave_the_descriptor_as_it_was(capfd):
    def work():
        for _ in range(100):
            with captured_stderr(CHATTER):
                os.write(2, b"log\n")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    os.write(2, b"end\n")
    assert capfd.readouterr().err == "log\n" * 400 + "end\n"
