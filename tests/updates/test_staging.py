"""Which nodes an update is for: the same each time, evenly spread, and a greater share only adds nodes."""

from hypothesis import given, strategies as st

from edgeclassify.updates.staging import is_in_share, is_named, place_of
from tests.updates.made import manifest

NODES = st.text(min_size=1, max_size=64)
PERCENT = st.floats(min_value=0, max_value=100)


@given(NODES, st.text(min_size=1), PERCENT, PERCENT)
def test_a_greater_share_only_adds_nodes(node: str, update: str, one: float, other: float) -> None:
    small, great = sorted((one, other))
    few, many = manifest(id=update, percent=small), manifest(id=update, percent=great)
    assert is_in_share(few, node) <= is_in_share(many, node)
    assert 0 <= place_of(node, update) < 100
    assert not is_in_share(manifest(id=update, percent=0.0), node)
    assert is_in_share(manifest(id=update, percent=100.0), node)


def test_the_place_of_a_node_stays_over_releases() -> None:
    # Were it another one, nodes that took an update would be outside of its share after their own upgrade.
    assert round(place_of("porch", "june"), 6) == 34.183445
    assert place_of("porch", "july") != place_of("porch", "june")


def test_the_bound_is_without_the_place_itself() -> None:
    place = place_of("porch", "june")
    assert not is_in_share(manifest(percent=place), "porch")
    assert is_in_share(manifest(percent=place + 1e-9), "porch")


def test_a_tenth_is_about_a_tenth_of_the_nodes() -> None:
    taken = sum(is_in_share(manifest(percent=10.0), f"node-{i}") for i in range(10_000))
    assert 900 < taken < 1100


def test_patterns_name_nodes() -> None:
    assert is_named(manifest(), "porch")
    assert is_named(manifest(nodes=("gate-*", "porch")), "porch")
    assert is_named(manifest(nodes=("gate-*",)), "gate-7")
    assert not is_named(manifest(nodes=("gate-*",)), "Gate-7")
