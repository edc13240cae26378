"""A view's model table over [model]: what it sets counts, the rest is as in [model]."""

import json
from pathlib import Path

import pytest

from edgeclassify.cli.support.models_option import default_model
from edgeclassify.config import Config, parse_config
from edgeclassify.errors import ConfigError
from edgeclassify.types import ModelChoice

BASE = Path("/etc/edgeclassify")


def config_of(model: dict[str, object] | None, *views: dict[str, object] | None) -> Config:
    document: dict[str, object] = {
        "camera": [{"source": "synthetic:"}],
        "view": [{"name": f"v{i}"} | ({} if view is None else {"model": view}) for i, view in enumerate(views)],
    }
    if model is not None:
        document["model"] = model
    return parse_config(document, "test", BASE)


def models_of(config: Config) -> list[ModelChoice]:
    return [config.model_of(view) for view in config.views()]


def test_what_a_view_does_not_set_is_as_in_model() -> None:
    base: dict[str, object] = {"name": "my.tflite", "labels": "l.txt", "runtime": "litert", "threads": 2}
    (own,) = models_of(config_of(base, {"crop": 1.0}))
    assert (own.name, own.labels) == ("/etc/edgeclassify/my.tflite", BASE / "l.txt")
    assert (own.runtime, own.threads, own.crop) == ("litert", 2, 1.0)


def test_a_value_that_equals_the_default_counts_as_set() -> None:
    (own,) = models_of(config_of({"threads": 2, "crop": 0.5}, {"threads": "auto"}))
    assert (own.threads, own.crop) == ("auto", 0.5)


def test_labels_belong_to_the_model_they_are_named_with() -> None:
    base: dict[str, object] = {"name": "a.tflite", "labels": "a.txt"}
    same, other, both = models_of(
        config_of(base, {"name": "a.tflite"}, {"name": "b.tflite"}, {"name": "b.tflite", "labels": "b.txt"})
    )
    assert same.labels == BASE / "a.txt"
    assert other.labels is None
    assert both.labels == BASE / "b.txt"


def test_a_temperature_belongs_to_the_model_it_is_named_with() -> None:
    base: dict[str, object] = {"name": "a.tflite", "temperature": 0.8}
    same, other, own = models_of(config_of(base, None, {"name": "b.tflite"}, {"temperature": 1.5}))
    assert (same.temperature, other.temperature, own.temperature) == (0.8, None, 1.5)


def test_equal_settings_are_one_model_however_they_are_written() -> None:
    written = models_of(config_of({"threads": 2}, None, {}, {"threads": 2}, {"name": "builtin", "fit": "crop"}))
    assert len(set(written)) == 1
    assert len({*written, *models_of(config_of({"name": "builtin", "threads": 2}, None))}) == 1


def test_the_environments_model_reaches_views_without_a_name_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGECLASSIFY_MODEL", "mobilenet_v2")
    crop, own = models_of(default_model(config_of({"threads": 2}, {"crop": 1.0}, {"name": "inat_bird"})))
    assert (crop.name, crop.crop, crop.threads) == ("mobilenet_v2", 1.0, 2)
    assert own.name == "inat_bird"
    (named,) = models_of(default_model(config_of({"name": "builtin"}, {"crop": 1.0})))
    assert named.name == "builtin"


def test_a_string_is_a_table_with_the_name_alone() -> None:
    document: dict[str, object] = {
        "model": "my.tflite",
        "camera": [{"source": "synthetic:"}],
        "view": [{"name": "a", "model": "gate"}, {"name": "b", "model": {"name": "gate"}}, {"name": "c"}],
    }
    short, whole, base = models_of(parse_config(document, "test", BASE))
    assert short == whole == ModelChoice(name="gate")
    assert base.name == "/etc/edgeclassify/my.tflite"


@pytest.mark.parametrize(
    ("model", "fault"),
    [
        ("", "view[0].model: expected a non-empty string, found ''"),
        ("a\nb", "view[0].model: expected text without control characters"),
        (5, "view[0].model: expected a table, or a name in quotes, found 5"),
    ],
)
def test_what_is_neither_name_nor_table(model: object, fault: str) -> None:
    document = {"camera": [{"source": "synthetic:"}], "view": [{"name": "a", "model": model}]}
    with pytest.raises(ConfigError) as caught:
        parse_config(document, "test", BASE)
    assert fault in str(caught.value)


def test_a_delegate_is_one_of_the_model_table_and_a_view_can_do_without() -> None:
    base: dict[str, object] = {
        "delegate": "libedgetpu.so.1",
        "delegate_options": {"device": "usb", "fast": True, "level": 2},
    }
    views: list[dict[str, object]] = [{}, {"delegate": "none"}, {"delegate": "lib/own.so"}]
    same, none, own = models_of(config_of(base, *views))
    assert same.delegate == "libedgetpu.so.1"
    assert same.delegate_options == (("device", "usb"), ("fast", "true"), ("level", "2"))
    assert (none.delegate, none.delegate_options) == (None, ())
    assert (own.delegate, own.delegate_options) == ("/etc/edgeclassify/lib/own.so", ())


def test_a_choice_goes_through_json_as_it_is() -> None:
    base: dict[str, object] = {
        "labels": "l.txt",
        "delegate": "libedgetpu.so.1",
        "delegate_options": {"device": "usb"},
    }
    (choice,) = models_of(config_of(base, {}))
    assert ModelChoice.of_plain(json.loads(json.dumps(choice.plain()))) == choice
    assert ModelChoice.of_plain(json.loads(json.dumps(ModelChoice().plain()))) == ModelChoice()
