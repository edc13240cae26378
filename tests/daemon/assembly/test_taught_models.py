"""Which classifiers are kept, renewed or opened where taught models are among them: real ones, on one network."""

from pathlib import Path
from typing import Any

import pytest

from edgeclassify.config import Config, parse_config
from edgeclassify.daemon.assembly import models as assembly
from edgeclassify.daemon.assembly.models import NO_MODELS, LoadedModels, load_models
from edgeclassify.errors import ModelError, UnknownModelError
from edgeclassify.model.classifier import NetworkClassifier
from edgeclassify.model.interface import ImageClassifier
from edgeclassify.model.taught.places import find_taught
from edgeclassify.types import ModelChoice, PixelFormat
from tests.model.frames import frame_of
from tests.support.taught_models import BLUE, GREEN, RED, Colour, coloured, teach, teach_more

GATE, BIN, BUILTIN = ModelChoice(name="gate"), ModelChoice(name="bin"), ModelChoice()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EDGECLASSIFY_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


def config_of(*models: str | dict[str, Any]) -> Config:
    views = [{"name": f"v{i}", "model": model} for i, model in enumerate(models)]
    document = {"camera": [{"source": "synthetic:"}], "view": views}
    return parse_config(document, "test", Path("/etc"))


def load(config: Config, before: LoadedModels = NO_MODELS) -> LoadedModels:
    return load_models(config, before, assembly.tested_classifier)


def network_of(classifier: ImageClassifier) -> object:
    assert isinstance(classifier, NetworkClassifier)
    assert classifier.network is not None
    return classifier.network


def best(classifier: ImageClassifier, colour: Colour) -> str:
    return classifier.classify(frame_of(coloured(colour, 999), PixelFormat.RGB)).top(1)[0].label


def test_views_of_one_base_share_one_network_in_any_order() -> None:
    teach("gate")
    teach("bin", {"in": GREEN, "out": BLUE})
    for order in (("gate", "builtin", "bin"), ("builtin", "bin", "gate")):
        models = load(config_of(*order))
        assert len({id(network_of(one)) for one in models.loaded.values()}) == 1
        assert best(models.loaded[GATE], RED) == "closed"
        assert best(models.loaded[BIN], BLUE) == "out"
        assert len(models.loaded[BUILTIN].labels) == 200
        models.close_all_but(NO_MODELS)


def test_nothing_changed_and_nothing_is_opened() -> None:
    teach("gate")
    before = load(config_of("gate", "builtin"))
    after = load(config_of("builtin", "gate"), before)
    assert dict(after.loaded) == dict(before.loaded)
    after.close_all_but(NO_MODELS)


def test_a_new_head_is_taken_over_on_the_same_network_and_nothing_else_is() -> None:
    teach("gate")
    teach("bin", {"in": GREEN, "out": BLUE})
    before = load(config_of("builtin", "gate", "bin"))
    teach_more("gate", "broken", BLUE)
    after = load(config_of("builtin", "gate", "bin"), before)
    assert after.loaded[BUILTIN] is before.loaded[BUILTIN]
    assert after.loaded[BIN] is before.loaded[BIN]
    assert after.loaded[GATE] is not before.loaded[GATE]
    assert network_of(after.loaded[GATE]) is network_of(before.loaded[GATE])
    assert after.stamps[GATE].network == before.stamps[GATE].network
    assert best(after.loaded[GATE], BLUE) == "broken"
    before.close_all_but(after)
    assert best(after.loaded[GATE], GREEN) == "open"
    with pytest.raises(ModelError, match="closed"):
        best(before.loaded[GATE], GREEN)
    after.close_all_but(NO_MODELS)


def test_examples_without_a_new_head_change_nothing() -> None:
    from edgeclassify.teaching.embedder import Embedder
    from edgeclassify.teaching.store import TaughtFolder
    from tests.support.taught_models import examples_of

    teach("gate")
    before = load(config_of("gate"))
    embedder = Embedder.open(BUILTIN)
    with TaughtFolder.open("gate") as held:
        held.add(examples_of(embedder, "broken", BLUE, range(3)))
    embedder.close()
    after = load(config_of("gate"), before)
    assert after.loaded[GATE] is before.loaded[GATE]
    after.close_all_but(NO_MODELS)


def test_a_view_that_joins_shares_what_runs() -> None:
    teach("gate")
    before = load(config_of("gate"))
    teach("bin", {"in": GREEN, "out": BLUE})
    after = load(config_of("gate", "bin"), before)
    assert network_of(after.loaded[BIN]) is network_of(before.loaded[GATE])
    after.close_all_but(NO_MODELS)


def test_the_networks_own_classes_are_tested_on_a_network_of_their_own_and_share_what_runs_then() -> None:
    """The self-test runs a network, which one that is in use must not be."""
    teach("gate")
    before = load(config_of("gate"))
    tested: list[object] = []

    def opened(section: ModelChoice) -> ImageClassifier:
        classifier = assembly.tested_classifier(section)
        tested.append(network_of(classifier))
        return classifier

    after = load_models(config_of("gate", "builtin"), before, opened)
    assert len(tested) == 1
    assert tested[0] is not network_of(before.loaded[GATE])
    assert network_of(after.loaded[BUILTIN]) is network_of(before.loaded[GATE])
    after.close_all_but(NO_MODELS)


def test_views_that_read_one_network_in_their_own_ways_share_it(tmp_path: Path) -> None:
    """Weights are megabytes; labels and a temperature are none."""
    labels = tmp_path / "labels.txt"
    golden = 32  # what the self-test must find
    labels.write_text("\n".join("Egyptian cat" if i == golden else f"thing {i}" for i in range(200)))
    ways: list[dict[str, Any]] = [{}, {"temperature": 3.0}, {"labels": str(labels)}]
    models = load(config_of(*({"name": "builtin"} | way for way in ways)))
    plain, tempered, renamed = models.loaded.values()
    assert network_of(plain) is network_of(tempered) is network_of(renamed)
    assert (plain.tempering.temperature, tempered.tempering.temperature) == (1.0, 3.0)
    assert renamed.labels[7] == "thing 7"
    assert best(renamed, RED) == f"thing {plain.labels.index(best(plain, RED))}"
    plain.close()
    assert best(renamed, RED).startswith("thing")
    models.close_all_but(NO_MODELS)


def test_networks_that_are_fed_or_run_otherwise_are_their_own() -> None:
    ways: list[dict[str, Any]] = [{}, {"fit": "squash"}, {"threads": 1}]
    models = load(config_of(*({"name": "builtin"} | way for way in ways)))
    assert len({id(network_of(one)) for one in models.loaded.values()}) == 3
    models.close_all_but(NO_MODELS)


def test_a_head_that_can_not_be_taken_over_leaves_what_runs(folder: Path) -> None:
    teach("gate")
    before = load(config_of("gate"))
    record = teach_more("gate", "broken", BLUE)
    head = folder / f"taught/gate/heads/{record.sha256}.npz"
    head.write_bytes(head.read_bytes()[:-9])
    with pytest.raises(ModelError, match="expected a head with the sha256"):
        load(config_of("gate"), before)
    assert best(before.loaded[GATE], RED) == "closed"
    place = find_taught("gate")
    assert place is not None
    place.rename(place.with_name("away"))
    with pytest.raises(UnknownModelError, match=r"Taught here: away\."):
        load(config_of("gate"), before)
    assert best(before.loaded[GATE], GREEN) == "open"
    before.close_all_but(NO_MODELS)


def test_a_name_that_the_catalog_has_got_meanwhile_is_opened_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    teach("gate")
    before = load(config_of("gate"))
    entries = tmp_path / "config/edgeclassify/models.d"
    entries.mkdir(parents=True)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    shipped = Path("edgeclassify/model/builtin/mobilenet_v2_64.tflite").absolute()
    (entries / "gate.toml").write_text(f'description = "x"\nfile = "{shipped}"\n')
    after = load(config_of("gate"), before)
    assert (len(before.loaded[GATE].labels), len(after.loaded[GATE].labels)) == (2, 200)
    before.close_all_but(after)
    after.close_all_but(NO_MODELS)
