"""What is inside a model."""

import httpx
import pytest


def test_its_layers_in_figures_and_its_labels(api: httpx.Client) -> None:
    found = api.get("api/models/builtin").json()
    assert (found["name"], found["kind"], found["network"]) == ("builtin", "builtin", "mobilenet_v2_64.tflite")
    assert (len(found["labels"]), found["fault"]) == (200, None)
    assert found["temperature"] > 0
    figures = found["figures"]
    assert figures["inputs"][0]["shape"] == [1, 64, 64, 3]
    assert figures["embedding"]["shape"][-1] > 100
    assert sum(layer["parameters"] for layer in figures["layers"]) == figures["parameters"]


def test_a_file(api: httpx.Client) -> None:
    found = api.get("api/models/own.tflite").json()
    assert (found["kind"], found["fault"]) == ("file", None)
    assert "espresso" in found["labels"]


def test_of_a_taught_one_its_own_labels_and_the_network_that_it_stands_on(api: httpx.Client) -> None:
    found = api.get("api/models/gates").json()
    assert (found["kind"], found["network"]) == ("taught", "mobilenet_v2_64.tflite")
    assert found["labels"] == ["open", "closed"]


@pytest.mark.parametrize(
    ("name", "status", "error"),
    [
        ("biultin", 404, 'Did you mean "builtin"?'),
        ("far", 404, "it has not been fetched"),
        ("damaged.tflite", 409, "damaged.tflite"),
        ("%2Fetc%2Fpasswd", 404, ""),
        ("..%2F..%2Fedgeclassify.toml", 404, ""),
        ("edgeclassify.toml", 404, "model: expected one of builtin,"),
    ],
)
def test_what_is_none_is_one_sentence(api: httpx.Client, name: str, status: int, error: str) -> None:
    found = api.get(f"api/models/{name}")
    assert found.status_code == status
    assert error in found.json()["error"]
