"""The plan is the seed's alone."""

from tests.faults.plan import Kind, make_plan


def test_the_same_seed_gives_the_same_faults() -> None:
    assert make_plan(150, 4) == make_plan(150, 4)
    assert make_plan(150, 4) != make_plan(150, 5)


def test_a_hundred_faults_have_every_kind() -> None:
    assert {fault.kind for fault in make_plan(102, 1)} == set(Kind)


def test_what_is_impossible_is_left_out() -> None:
    kinds = {fault.kind for fault in make_plan(200, 1, [Kind.CLOCK, Kind.DISK_FULL])}
    assert kinds == set(Kind) - {Kind.CLOCK, Kind.DISK_FULL}
