"""Jobs: begun once, told of, and over."""

import threading
from collections.abc import Callable

import pytest

from edgeclassify.errors import DownloadError, EdgeClassifyError
from edgeclassify.web.jobs import jobs as module
from edgeclassify.web.jobs.jobs import AT_ONCE, KEPT, Job, Jobs, JobState, Progress
from tests.support.waiting import patient, wait_for


class Gate:
    """Work that waits for the test."""

    def __init__(self) -> None:
        self.open = threading.Event()

    def work(self, progress: Progress) -> None:
        assert self.open.wait(patient(5))


def over(jobs: Jobs, kind: str, name: str) -> Callable[[], bool]:
    def look() -> bool:
        job = jobs.newest(kind, name)
        return job is not None and job.state is not JobState.RUNNING

    return look


def test_who_looks_hears_how_far_it_is_and_how_it_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TOLD_S", 0.0)
    told: list[Job] = []

    def work(progress: Progress) -> None:
        progress(10, None)
        progress(20, 40)

    jobs = Jobs(told.append)
    job = jobs.begin("fetch", "birds", work)
    wait_for(over(jobs, "fetch", "birds"))
    wait_for(lambda: len(told) == 4)
    assert [(one.id, one.done, one.total, one.state) for one in told] == [
        (job.id, 0, None, JobState.RUNNING),
        (job.id, 10, None, JobState.RUNNING),
        (job.id, 20, 40, JobState.RUNNING),
        (job.id, 20, 40, JobState.DONE),
    ]


def test_progress_is_told_now_and_then_and_its_end_at_once() -> None:
    told: list[Job] = []

    def work(progress: Progress) -> None:
        for done in range(1000):
            progress(done, 1000)

    jobs = Jobs(told.append)
    jobs.begin("fetch", "birds", work)
    wait_for(lambda: told[-1].state is JobState.DONE)
    assert len(told) < 20
    assert told[-1].done == 999


def test_an_error_is_its_end_in_one_sentence() -> None:
    def work(_: Progress) -> None:
        raise DownloadError("the connection was lost")

    jobs = Jobs()
    jobs.begin("fetch", "birds", work)
    wait_for(over(jobs, "fetch", "birds"))
    found = jobs.newest("fetch", "birds")
    assert found is not None
    assert (found.state, found.error) == (JobState.FAILED, "the connection was lost")


def test_a_bug_ends_the_job_alone(caplog: pytest.LogCaptureFixture) -> None:
    def work(_: Progress) -> None:
        raise ZeroDivisionError("so")

    jobs = Jobs()
    jobs.begin("fetch", "birds", work)
    wait_for(over(jobs, "fetch", "birds"))
    found = jobs.newest("fetch", "birds")
    assert found is not None
    assert found.error == "ZeroDivisionError: so"
    assert "fetch birds failed by a fault in edgeclassify" in caplog.text


def test_the_same_is_not_begun_twice_at_a_time() -> None:
    gate, jobs = Gate(), Jobs()
    first = jobs.begin("fetch", "birds", gate.work)
    assert jobs.begin("fetch", "birds", gate.work).id == first.id
    gate.open.set()
    wait_for(over(jobs, "fetch", "birds"))
    assert jobs.begin("fetch", "birds", gate.work).id != first.id
    wait_for(over(jobs, "fetch", "birds"))


def test_more_than_so_many_at_a_time_are_refused() -> None:
    gate, jobs = Gate(), Jobs()
    for number in range(AT_ONCE):
        jobs.begin("fetch", f"model{number}", gate.work)
    with pytest.raises(EdgeClassifyError, match="fetch one-more: fetch model0 and fetch model1 are under way"):
        jobs.begin("fetch", "one-more", gate.work)
    gate.open.set()
    for number in range(AT_ONCE):
        wait_for(over(jobs, "fetch", f"model{number}"))


def test_of_those_that_are_over_the_newest_are_remembered() -> None:
    jobs = Jobs()
    for number in range(KEPT + 2):
        jobs.begin("fetch", f"model{number}", lambda _: None)
        wait_for(over(jobs, "fetch", f"model{number}"))
    remembered = [jobs.newest("fetch", f"model{number}") is not None for number in range(KEPT + 2)]
    assert remembered == [False] * 2 + [True] * KEPT


def test_where_no_thread_is_left_it_is_refused_and_keeps_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_thread(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    jobs = Jobs(lambda _: None)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", no_thread)
        for number in range(AT_ONCE):
            with pytest.raises(EdgeClassifyError, match="can't start new thread"):
                jobs.begin("fetch", f"net{number}", lambda _: None)
    jobs.begin("fetch", "birds", lambda _: None)
    wait_for(over(jobs, "fetch", "birds"))
