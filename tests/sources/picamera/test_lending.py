"""Buffers that are lent: who holds them, and when they go back."""

import gc
import threading
from typing import Self

import numpy as np
import pytest
from numpy.typing import NDArray

from edgeclassify.sources.picamera.lending import Lending
from tests.support.optional import present


class Request:
    """A completed request with one buffer per stream, as far as lending knows it."""

    def __init__(self) -> None:
        self.buffers = {name: np.arange(24, dtype=np.uint8) for name in ("lores", "main")}
        self.released = 0
        self.unmapped = 0

    def release(self) -> None:
        self.released += 1


class Mapped:
    """picamera2's MappedArray: an array on the buffer between enter and exit."""

    def __init__(self, request: Request, stream: str, *, reshape: bool, write: bool) -> None:
        assert not reshape
        assert not write
        self.request, self.stream = request, stream
        self.array: NDArray[np.uint8] | None = None

    def __enter__(self) -> Self:
        self.array = self.request.buffers[self.stream]
        return self

    def __exit__(self, *_: object) -> None:
        self.request.unmapped += 1
        self.array = None


@pytest.fixture
def request_() -> Request:
    return Request()


def test_pixels_are_the_buffer_itself_and_read_only(request_: Request) -> None:
    pixels = present(Lending(2).lend(request_)).pixels("lores", Mapped)
    request_.buffers["lores"][3] = 99
    assert pixels[3] == 99
    assert pixels.dtype == np.uint8
    with pytest.raises(ValueError, match="read-only"):
        pixels[0] = 1


def test_back_with_the_last_array_of_any_kind(request_: Request) -> None:
    lending = Lending(2)
    pixels = present(lending.lend(request_)).pixels("lores", Mapped)
    part = pixels.reshape(4, 6)[1:3, 2:4]
    del pixels
    gc.collect()
    lending.collect()
    assert (request_.released, lending.out) == (0, 1)
    assert part.tolist() == [[8, 9], [14, 15]]
    del part
    lending.collect()
    assert (request_.released, request_.unmapped, lending.out) == (1, 1, 0)


def test_two_streams_of_one_request(request_: Request) -> None:
    lending = Lending(2)
    loan = present(lending.lend(request_))
    lores, main = (loan.pixels(name, Mapped) for name in ("lores", "main"))
    again = loan.pixels("main", Mapped)
    del loan, lores, main
    lending.collect()
    assert request_.released == 0
    assert again[5] == 5
    del again
    lending.collect()
    assert (request_.released, request_.unmapped) == (1, 2)


def test_no_more_than_so_many(request_: Request) -> None:
    lending = Lending(2)
    loans = [lending.lend(Request()) for _ in range(2)]
    assert lending.lend(request_) is None
    assert request_.released == 0
    loans.pop()
    assert lending.lend(request_) is not None


def test_back_from_another_thread_and_from_a_cycle(request_: Request) -> None:
    lending = Lending(2)
    thread = threading.Thread(
        target=lambda pixels: None, args=[present(lending.lend(request_)).pixels("lores", Mapped)]
    )
    thread.start()
    thread.join()
    del thread
    lending.collect()
    assert request_.released == 1
    other = Request()
    cycle: dict[str, object] = {"pixels": present(lending.lend(other)).pixels("lores", Mapped)}
    cycle["self"] = cycle
    del cycle
    gc.collect()
    assert other.released == 0  # the collector may run anywhere: nothing of picamera2 is called there
    lending.collect()
    assert other.released == 1


def test_a_request_whose_camera_has_gone(request_: Request, caplog: pytest.LogCaptureFixture) -> None:
    lending = Lending(1)

    class Gone(Request):
        def release(self) -> None:
            raise RuntimeError("closed")

    lending.lend(Gone())
    lending.collect()
    assert lending.out == 0
    assert not caplog.records
