"""What a machine says of itself, on a Pi, elsewhere, and where it says nothing."""

import platform
from pathlib import Path

import pytest

from edgeclassify.bench.board import this_board
from edgeclassify.machine import board_name


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    (tmp_path / "proc/device-tree").mkdir(parents=True)
    return tmp_path / "proc"


def test_a_pi(proc: Path, tmp_path: Path) -> None:
    (proc / "device-tree/model").write_bytes(b"Raspberry Pi Zero 2 W Rev 1.0\0")
    (proc / "cpuinfo").write_text(
        "processor\t: 0\nBogoMIPS\t: 38.40\n\nHardware\t: BCM2835\nSerial\t: 00000000deadbeef\n"
    )
    (tmp_path / "os-release").write_text('NAME="Debian"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')
    board = this_board(proc, tmp_path)
    assert (board.name, board.processor) == ("Raspberry Pi Zero 2 W Rev 1.0", "BCM2835")
    assert board.system == "Debian GNU/Linux 12 (bookworm)"
    assert "deadbeef" not in board.model_dump_json()
    assert platform.node() not in board.model_dump_json() or platform.node() in board.kernel


def test_a_pc(proc: Path, tmp_path: Path) -> None:
    product = tmp_path / "sys/class/dmi/id/product_name"
    product.parent.mkdir(parents=True)
    product.write_text("ThinkPad\n")
    (proc / "cpuinfo").write_text("model name\t: A CPU: fast\nmodel name\t: another\n")
    board = this_board(proc, tmp_path)
    assert (board.name, board.processor) == ("ThinkPad", "A CPU: fast")


def test_where_nothing_is_said(tmp_path: Path) -> None:
    assert board_name(tmp_path / "none") == platform.machine()
    board = this_board(tmp_path / "none", tmp_path / "none")
    assert board.name == board.processor == platform.machine()
    assert board.system == platform.system()
