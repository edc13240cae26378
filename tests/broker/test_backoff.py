from edgeclassify.broker.backoff import Backoff


def ceilings(backoff: Backoff, count: int) -> list[float]:
    return [backoff.next_s() for _ in range(count)]


def at_most(_low: float, high: float) -> float:
    return high


def test_ceiling_doubles_up_to_the_cap() -> None:
    assert ceilings(Backoff(base_s=1, cap_s=60, uniform=at_most), 8) == [1, 2, 4, 8, 16, 32, 60, 60]


def test_full_jitter_begins_at_zero() -> None:
    asked: list[tuple[float, float]] = []

    def uniform(low: float, high: float) -> float:
        asked.append((low, high))
        return low

    ceilings(Backoff(uniform=uniform), 3)
    assert asked == [(0, 1), (0, 2), (0, 4)]


def test_a_stable_connection_starts_over_and_a_short_one_does_not() -> None:
    backoff = Backoff(base_s=1, cap_s=60, stable_s=10, uniform=at_most)
    ceilings(backoff, 3)
    backoff.connected_for(9.9)
    assert backoff.next_s() == 8
    backoff.connected_for(10)
    assert backoff.next_s() == 1


def test_months_of_failures_do_not_overflow() -> None:
    assert ceilings(Backoff(uniform=at_most), 5000)[-1] == 60
