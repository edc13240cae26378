"""Models that are opened with a delegate: when it is tried, what is said of it, what the node says of itself."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from edgeclassify.errors import DelegateError, ModelError
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.model.opening.tried_interpreter import Trials
from edgeclassify.model.runtime.cores import usable_cores
from edgeclassify.model.soundness.check import Need
from edgeclassify.model.tflite.model_file import ModelFile
from edgeclassify.model.trial_run.interface import RunBy
from edgeclassify.model.trial_run.trial import try_model
from edgeclassify.model.trial_run.tried_models import FILE_NAME, TriedModels
from edgeclassify.types import ModelChoice
from tests.model.known import ALL_KNOWN
from tests.support.delegates import delegate


class Trying:
    """Opens models, and counts the trials."""

    def __init__(self, memory: Path) -> None:
        self.trials = Trials(TriedModels(memory), self._tried)
        self.count = 0

    def _tried(self, model: ModelFile, need: Need, by: RunBy, sample: bytes) -> bool:
        self.count += 1
        return try_model(model, need, by, sample)

    def open(self, choice: ModelChoice) -> None:
        open_classifier(choice, trials=self.trials).close()


@pytest.fixture
def trying(tmp_path: Path) -> Trying:
    return Trying(tmp_path / FILE_NAME)


def test_one_that_is_new_is_tried_also_with_a_model_that_is_known(trying: Trying, tmp_path: Path) -> None:
    library = delegate("copying", tmp_path)
    choice = ModelChoice(delegate=str(library))
    for _ in range(2):
        trying.open(choice)
    assert trying.count == 1
    trying.open(replace(choice, delegate_options=(("device", "usb"),)))
    assert trying.count == 2
    os.utime(library, (1, 1))  # another one was installed in its place
    trying.open(choice)
    assert trying.count == 3
    trying.open(ModelChoice())
    assert trying.count == 3


def test_a_bad_one_is_refused_each_time(trying: Trying, tmp_path: Path) -> None:
    for name, error in (("wrong", ModelError), ("crashing", DelegateError), ("refusing", DelegateError)):
        choice = ModelChoice(delegate=str(delegate(name, tmp_path)))
        for _ in range(2):
            with pytest.raises(error):
                trying.open(choice)
    assert trying.count == 6


def test_one_that_is_in_use_is_not_tried_beside(trying: Trying, tmp_path: Path) -> None:
    """Its device may be one that only one process can have."""
    choice = ModelChoice(delegate=str(delegate("copying", tmp_path)))
    first = open_classifier(choice, trials=ALL_KNOWN)
    trying.open(choice)
    trying.open(replace(choice, delegate_options=(("device", "usb"),)))
    assert trying.count == 0
    first.close()


def test_what_runs_it_is_part_of_its_identity(tmp_path: Path) -> None:
    library = str(delegate("copying", tmp_path))
    opened = open_classifier(ModelChoice(delegate=library, threads=1), trials=ALL_KNOWN)
    assert (opened.info.delegate, opened.info.threads) == (library, 1)
    assert opened.self_test()
    opened.close()


def test_one_that_takes_nothing_is_said_and_counts_for_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    opened = open_classifier(ModelChoice(delegate=str(delegate("nothing", tmp_path))), trials=ALL_KNOWN)
    assert opened.info.delegate is None
    (line,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert "libnothing.so takes none of the model's operators" in line
    opened.close()


def test_a_wrong_one_that_got_by_fails_the_self_test(tmp_path: Path) -> None:
    opened = open_classifier(ModelChoice(delegate=str(delegate("wrong", tmp_path))), trials=ALL_KNOWN)
    with pytest.raises(ModelError, match="the self-test failed"):
        opened.self_test()
    opened.close()


def test_more_threads_than_cores_are_said(caplog: pytest.LogCaptureFixture) -> None:
    cores = usable_cores()
    open_classifier(ModelChoice(threads=cores)).close()
    assert not caplog.records
    opened = open_classifier(ModelChoice(threads=cores + 1))
    assert opened.info.threads == cores + 1
    (line,) = [record.getMessage() for record in caplog.records]
    assert f"expected at most {cores} threads" in line
    assert f"found {cores + 1}" in line
    opened.close()
