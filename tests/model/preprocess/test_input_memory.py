"""Where prepared inputs wait: in the tensor or beside it; nothing is overwritten that is still to be inferred."""

import numpy as np
import pytest
from numpy.typing import NDArray

from edgeclassify.model.preprocess.input_memory import InputMemory

Tensor = NDArray[np.int8]


@pytest.fixture
def tensor() -> Tensor:
    return np.zeros((1, 2, 2, 3), np.int8)


def filled(memory: InputMemory, value: int) -> object:
    ticket = memory.take()
    memory.array(ticket)[...] = value
    return ticket


def test_the_only_one_is_written_into_the_tensor_and_never_copied(tensor: Tensor) -> None:
    memory = InputMemory(lambda: tensor)
    for _ in range(3):
        ticket = memory.take()
        assert memory.array(ticket) is tensor
        memory.load(ticket)
        memory.give_back(ticket)


def test_beside_one_that_is_out_the_next_has_a_buffer_until_it_is_loaded(tensor: Tensor) -> None:
    memory = InputMemory(lambda: tensor)
    first, second = filled(memory, 1), filled(memory, 2)
    memory.load(first)
    assert (tensor == 1).all()
    memory.give_back(first)
    third = memory.take()  # the second is not in the tensor yet
    assert memory.array(third) is not tensor
    memory.array(third)[...] = 3
    memory.load(second)
    assert (tensor == 2).all()
    memory.give_back(second)
    memory.load(third)
    assert (tensor == 3).all()
    memory.give_back(third)
    assert memory.array(memory.take()) is tensor


def test_they_may_be_loaded_in_another_order(tensor: Tensor) -> None:
    memory = InputMemory(lambda: tensor)
    first, second = filled(memory, 1), filled(memory, 2)
    memory.load(second)
    assert (tensor == 2).all()
    memory.give_back(second)
    memory.load(first)
    assert (tensor == 1).all()


def test_buffers_are_used_again(tensor: Tensor) -> None:
    memory = InputMemory(lambda: tensor)
    before, buffers = filled(memory, 0), set()
    for value in range(1, 6):
        ticket = filled(memory, value)
        buffers.add(id(memory.array(ticket)))
        memory.give_back(before)
        before = ticket
    assert len(buffers) <= 2


def test_no_more_are_lent_than_there_may_be(tensor: Tensor) -> None:
    memory = InputMemory(lambda: tensor, 3)
    tickets = [memory.take() for _ in range(3)]
    with pytest.raises(RuntimeError, match="at most 3"):
        memory.take()
    memory.give_back(tickets[1])
    memory.give_back(tickets[1])
    memory.take()
    with pytest.raises(RuntimeError, match="at most 3"):
        memory.take()
    with pytest.raises(RuntimeError, match="a prepared input that waits"):
        memory.load(tickets[1])
