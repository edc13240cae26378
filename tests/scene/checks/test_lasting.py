from edgeclassify.scene.checks.lasting import Lasting


def noted(lasting: Lasting, *found: bool | None, every_s: float = 1.0) -> list[bool]:
    return [lasting.note(one, every_s) for one in found]


def test_begins_after_its_time_and_not_before() -> None:
    assert noted(Lasting(5.0, 2.0), *[True] * 6) == [False, False, False, False, True, True]


def test_ends_after_its_own_time_without() -> None:
    lasting = Lasting(4.0, 5.0)
    noted(lasting, *[True] * 4)
    assert noted(lasting, *[False] * 6) == [True, True, True, True, False, False]


def test_a_frame_that_differs_takes_time_back_but_begins_nothing_anew() -> None:
    lasting = Lasting(10.0, 10.0)
    assert not any(noted(lasting, *[True] * 9, False))
    assert noted(lasting, True, True) == [False, True]


def test_what_comes_and_goes_in_equal_parts_never_begins() -> None:
    assert not any(noted(Lasting(4.0, 4.0), *[True, False] * 50))


def test_a_frame_that_can_t_tell_changes_nothing() -> None:
    lasting = Lasting(3.0, 3.0)
    assert noted(lasting, True, True, None, None, None) == [False] * 5
    assert noted(lasting, True, None, None) == [True] * 3


def test_frames_far_apart_need_three_of_them_either_way() -> None:
    lasting = Lasting(5.0, 5.0)
    assert noted(lasting, True, True, True, every_s=60.0) == [False, False, True]
    assert noted(lasting, False, False, False, every_s=60.0) == [True, True, False]


def test_more_of_the_same_does_not_put_off_its_end() -> None:
    lasting = Lasting(3.0, 3.0)
    noted(lasting, *[True] * 100)
    assert noted(lasting, False, False, False) == [True, True, False]
    noted(lasting, *[False] * 100)
    assert noted(lasting, True, True, True) == [False, False, True]


def test_forgets() -> None:
    lasting = Lasting(3.0, 3.0)
    noted(lasting, *[True] * 3)
    lasting.forget()
    assert not lasting.active
    assert noted(lasting, True, True, True) == [False, False, True]
