"""The process of a run: heard whatever it writes, ended whatever it does, and nothing of it is left."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from edgeclassify.bench.process import FOLDER_PREFIX, Said, said_by
from edgeclassify.errors import BenchError
from tests.support.waiting import patient, wait_for

LONG_S = 60.0


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders come."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def said(program: str, most_s: float = LONG_S, document: str = "{}") -> Said:
    return said_by((sys.executable, "-c", program), document, most_s, lambda done: None)


def test_much_on_standard_error_holds_nothing_up() -> None:
    program = "import sys; sys.stderr.write('x' * 1_000_000); print('{\"run\": 1}')"
    assert said(program).answer == {"run": 1}
    end = said("import sys; sys.stderr.write('x' * 1_000_000 + '\\nits last words\\n'); sys.exit(3)").end
    assert end == "exit status 3: its last words"


def test_one_that_takes_too_long_is_ended(place: Path) -> None:
    with pytest.raises(BenchError, match="took longer than 1 s"):
        said("import time; time.sleep(600)", most_s=1.0)
    assert list(place.iterdir()) == []


def test_one_that_does_not_listen_is_ended_too(place: Path) -> None:
    program = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    with pytest.raises(BenchError, match="took longer than 1 s"):
        said(program, most_s=1.0)


def test_one_that_answers_and_stays_is_ended() -> None:
    assert said("import time; print('{\"run\": 1}', flush=True); time.sleep(600)").answer == {"run": 1}


def test_one_that_never_hears_the_order() -> None:
    assert said("import os; os.close(0)", document="x" * 1_000_000).end == "exit status 0: no word"


def test_other_documents_are_no_answer() -> None:
    assert said("print('{\"a\": 1}'); print('[1]'); print('{\"refused\": \"no\"}')").answer == {"refused": "no"}


def test_what_it_leaves_in_its_folder_goes_with_it(place: Path) -> None:
    program = (
        "import os, signal, tempfile; print('{\"done\": 1}'); tempfile.mkdtemp();"
        "print(tempfile.mkdtemp(), flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert said(program).end.startswith("SIGKILL")
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_measurement_that_is_broken_off_leaves_nothing(place: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "edgeclassify", "bench", "--seconds", "600", "--threads", "1"]
    parent = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": str(place)},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    try:
        # The run's own folder in that of the command: it measures.
        wait_for(lambda: bool(list(place.glob(f"{FOLDER_PREFIX}*/{FOLDER_PREFIX}*"))), timeout_s=60)
        children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text(encoding="ascii").split()
        assert children
        parent.send_signal(number)
        _, errors = parent.communicate(timeout=patient(60))
    finally:
        parent.kill()
        parent.wait()
    assert parent.returncode == 130
    assert errors.strip() == ""
    assert list(place.iterdir()) == []
    assert not any(Path(f"/proc/{child}").exists() for child in children)


def test_a_caller_that_breaks_off_ends_it(place: Path) -> None:
    def tell(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        said_by(
            (sys.executable, "-c", "import time; print('{\"done\": 0}', flush=True); time.sleep(600)"),
            "{}",
            LONG_S,
            tell,
        )
    assert list(place.iterdir()) == []
