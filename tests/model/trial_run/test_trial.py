"""A model is tried in a process of its own: what becomes of that one becomes a message, never our end."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from edgeclassify.errors import ExitStatus, ModelError
from edgeclassify.machine import free_memory_bytes
from edgeclassify.model.soundness.check import Need, check_soundness
from edgeclassify.model.tflite.model_file import ModelFile, parse_model
from edgeclassify.model.trial_run.interface import RunBy
from edgeclassify.model.trial_run.trial import LIMIT_S, child_command, spare_bytes, try_model
from edgeclassify.types.model_choice import RuntimeName
from tests.model.soundness.nets import quantized_net
from tests.model.soundness.test_check import huge, with_input
from tests.model.tflite_files import OperatorDef, flatten_model, tflite_bytes

PATH = Path("m.tflite")
GOOD = parse_model(PATH, tflite_bytes(quantized_net()))
NEED = check_soundness(GOOD)


Command = Callable[[], list[str]]


def child_that(line: str, *, at_once: bool = False) -> Command:
    """The command of a child that, when it comes to the model, runs a line of Python instead."""
    lines = [
        "import ctypes, os, signal, sys, time",
        line if at_once else "from edgeclassify.model.trial_run import child",
        "def at_the_model(*_):",
        f"    {line}",
        "child.open_interpreter = at_the_model",
        "child.main()",
    ]
    return lambda: [sys.executable, "-c", "\n".join(lines)]


def tried(command: Command = child_command, free_memory: Callable[[], int | None] = free_memory_bytes) -> bool:
    """The trial of a good model by this child, or with this memory."""
    return try_model(GOOD, NEED, RunBy(), command=command, free_memory=free_memory)


def refusal(
    model: ModelFile = GOOD,
    need: Need = NEED,
    runtime: RuntimeName = "auto",
    command: Command = child_command,
    limit_s: float = LIMIT_S,
) -> str:
    """What is said of a model that is refused."""
    with pytest.raises(ModelError) as caught:
        try_model(model, need, RunBy(runtime), command=command, limit_s=limit_s)
    assert caught.value.exit_status == ExitStatus.DATA
    assert str(caught.value).startswith("m.tflite: ")
    return str(caught.value)


def test_a_good_model(runtime: RuntimeName, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "edgeclassify")
    try_model(GOOD, NEED, RunBy(runtime))
    assert [record.levelname for record in caplog.records] == ["DEBUG"]
    assert "m.tflite: tried, it takes " in caplog.text


def test_a_crash_of_the_runtime_itself(runtime: RuntimeName) -> None:
    """What the check of the file would have refused."""
    bad = parse_model(PATH, tflite_bytes(with_input(quantized_net(), "DEPTHWISE_CONV_2D", 2, None)))
    message = refusal(bad, NEED, runtime)
    assert "the runtime crashed on this model (SIG" in message
    assert "convert it again" in message


def test_more_memory_than_the_file_accounts_for(runtime: RuntimeName) -> None:
    """A model of 600 MB that says of itself that it needs nothing."""
    message = refusal(parse_model(PATH, tflite_bytes(huge(5000))), Need(0, 0), runtime)
    words = (
        "needs more than 74 MB of memory, which is more than its file accounts for",
        "failed to reshape runtime",
    )
    assert any(word in message for word in words)  # XNNPACK says it in its own way


def test_the_runtimes_refusal_is_told_in_its_words(runtime: RuntimeName) -> None:
    model = flatten_model()
    unknown = OperatorDef("RESHAPE", [0, 1], [2], version=99)
    bad = parse_model(PATH, tflite_bytes(type(model)(model.tensors, [unknown], model.inputs, model.outputs)))
    message = refusal(bad, NEED, runtime)
    assert f"m.tflite: {runtime}" in message.replace("LiteRT", "litert")
    assert "no version 99 of the operator RESHAPE" in message


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            "ctypes.string_at(0)",
            "the runtime crashed on this model (SIGSEGV) when it was tried in a process of its own",
        ),
        ("os.abort()", "the runtime crashed on this model (SIGABRT)"),
        ("os.kill(os.getpid(), signal.SIGFPE)", "the runtime crashed on this model (SIGFPE)"),
        ("os.kill(os.getpid(), signal.SIGBUS)", "the runtime crashed on this model (SIGBUS)"),
        ("os._exit(3)", "the runtime crashed on this model (exit status 3)"),
        ("bytearray(3 << 30)", "the model needs more than 74 MB of memory"),
        ("os.write(2, b'std::bad_alloc'); os.abort()", "the model needs more than 74 MB of memory"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "the model needs more than 74 MB of memory"),
        ("os.kill(os.getpid(), signal.SIGXCPU)", "did not finish in 30 s"),
    ],
)
def test_what_kills_the_child_is_a_message(line: str, words: str) -> None:
    assert words in refusal(command=child_that(line))


@pytest.mark.parametrize("line", ["while True: pass", "time.sleep(60)"])
def test_a_model_that_does_not_come_to_an_end(line: str) -> None:
    # Long enough for a child to start on a busy machine.
    assert "did not finish in 8 s" in refusal(command=child_that(line), limit_s=8.0)


def test_signals_for_the_daemon_do_not_count_against_the_model(caplog: pytest.LogCaptureFixture) -> None:
    child = child_that(
        "[os.kill(os.getpid(), number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)]; "
        "os.write(1, b'{}\\n'); os._exit(0)"
    )
    assert tried(child)
    assert "could not be tried" not in caplog.text


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("sys.exit('no numpy here')", "it ended with exit status 1: no numpy here"),
        ("os.kill(os.getpid(), 9)", "it ended with SIGKILL: no word"),
        ("os._exit(0)", "it ended with exit status 0: no word"),
    ],
)
def test_a_child_that_never_comes_to_the_model_says_nothing_of_it(
    caplog: pytest.LogCaptureFixture, line: str, reason: str
) -> None:
    assert not tried(child_that(line, at_once=True))
    assert [record.message for record in caplog.records] == [
        f"m.tflite: could not be tried in a process of its own: {reason}. Only its file was checked."
    ]


@pytest.mark.parametrize("command", [["/no/such/python"], ["/etc"]])
def test_where_there_can_be_no_child(caplog: pytest.LogCaptureFixture, command: list[str]) -> None:
    assert not tried(lambda: command)
    assert "could not be tried in a process of its own: " in caplog.text


def test_where_python_does_not_know_where_it_lies(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "executable", "")
    assert not tried()
    assert "where Python lies is not known" in caplog.text


def test_the_child_is_no_service_and_writes_no_core(monkeypatch: pytest.MonkeyPatch) -> None:
    """systemd would take its messages, or its silence, for ours."""
    for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"):
        monkeypatch.setenv(name, "1")
    child = child_that(
        "import resource; bad = {'NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID'} & set(os.environ); "
        "core = resource.getrlimit(resource.RLIMIT_CORE)[1]; "
        "os.write(1, b'{}\\n' if not bad and core == 0 else b'{\"refused\": \"bad\"}\\n'); os._exit(0)"
    )
    assert tried(child)


@pytest.mark.parametrize(
    ("free", "spare"),
    [(None, 4 + 16 + 64 + 20), (1 << 20, 4 + 16 + 64 + 20), (90, 90 - 48 + 20), (67, 67 - 48 + 20)],
)
def test_the_limit_follows_the_file_and_the_machine(free: int | None, spare: int) -> None:
    assert spare_bytes(Need(1 << 20, 1 << 20), 2, None if free is None else free << 20) == spare << 20


def test_without_room_for_a_second_process_there_is_none(caplog: pytest.LogCaptureFixture) -> None:
    assert not tried(lambda: pytest.fail("a process was started"), lambda: 63 << 20)
    assert "own: 63 MB of memory are free, too little for it. Only its file was checked." in caplog.text


def test_a_module_in_the_users_folder_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "numpy.py").write_text("raise SystemExit('taken over')")
    monkeypatch.chdir(tmp_path)
    assert tried()
    assert caplog.text == ""
    assert os.listdir(tmp_path) == ["numpy.py"]  # noqa: PTH208
