"""A search over settings, judged by a made rule."""

from edgeclassify.errors import ConfigError
from edgeclassify.postprocess.interface import FilterKind
from edgeclassify.recording.replay.judgement import Judgement
from edgeclassify.recording.tuning.search import Search, Tried, undominated
from edgeclassify.recording.tuning.settings import Setting

PRESENT = Setting(0.5, 0.4, 5.0, 5.0, FilterKind.NONE, 1.0, 1.0)


def judgement(*delays_s: float, false: int = 0, repeated: int = 0, scenes: int = 4) -> Judgement:
    return Judgement(3600.0, scenes, 4, 0, false, repeated, scenes - len(delays_s), delays_s)


def tried(*delays_s: float, false: int = 0, repeated: int = 0) -> Tried:
    return Tried(PRESENT, judgement(*delays_s, false=false, repeated=repeated))


def by_threshold(setting: Setting) -> Judgement:
    """Best at 0.8."""
    return judgement(*[10 * abs(setting.threshold_enter - 0.8)] * 4)


def test_a_mistake_weighs_as_much_as_half_a_minute() -> None:
    assert tried(30.0, 0, 0, 0).cost == tried(0, 0, 0).cost == tried(0, 0, 0, 0, false=1).cost == 1
    assert tried(0, 0, 0, 0, repeated=1).cost == 1
    assert tried(15.0, 15.0, 0, 0, false=2, repeated=1).cost == 4


def test_figures() -> None:
    one = tried(1.0, 3.0, false=2, repeated=3)
    assert (one.wrong_per_hour, one.delay_s) == (5, 2.0)
    assert tried().delay_s == float("inf")


def test_what_beats_is_better_in_one_respect_and_worse_in_none() -> None:
    assert tried(1, 1, 1, 1).beats(tried(2, 2, 2, 2))
    assert not tried(1, 1, 1, 1).beats(tried(1, 1, 1, 1))
    assert not tried(1, 1, 1, 1, false=1).beats(tried(2, 2, 2, 2))
    assert tried(1, 1, 1, 1).beats(tried(1, 1, 1))
    assert not tried(1, 1, 1).beats(tried(2, 2, 2, 2))


def test_those_that_no_other_beats_each_once() -> None:
    fast, slow, worse = tried(1, 1, 1, 1, false=2), tried(2, 2, 2, 2), tried(3, 3, 3, 3)
    assert undominated([fast, worse, slow, tried(2, 2, 2, 2)]) == [slow, fast]


def test_the_search_goes_where_it_is_better() -> None:
    search = Search(by_threshold, PRESENT, 0)
    assert search.present.setting == PRESENT
    assert len(list(search.run(40))) + 1 == len(search.tried)
    assert abs(search.best.setting.threshold_enter - 0.8) < 0.03
    assert search.best in search.undominated
    assert search.tried[0] is search.present


def test_the_same_seed_finds_the_same() -> None:
    one, other, third = (Search(by_threshold, PRESENT, seed) for seed in (1, 1, 2))
    assert list(one.run(10)) == list(other.run(10)) != list(third.run(10))


def test_nothing_is_changed_for_nothing() -> None:
    search = Search(lambda _: judgement(1, 1, 1, 1), PRESENT, 0)
    list(search.run(10))
    assert search.best is search.present


def test_a_setting_that_is_forbidden_is_left_out() -> None:
    def judge(setting: Setting) -> Judgement:
        if setting.threshold_enter > 0.6:
            raise ConfigError("too high")
        return judgement(1, 1, 1, 1)

    search = Search(judge, PRESENT, 0)
    found = list(search.run(20))
    assert 0 < len(found) < 20
    assert all(one.setting.threshold_enter <= 0.6 for one in found)
