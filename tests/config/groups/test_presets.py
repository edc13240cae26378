"""Groups that ship with the package: whole, disjoint, and right where a name has two meanings."""

from pathlib import Path

import pytest

from edgeclassify.config.groups import presets
from edgeclassify.config.groups.patterns import names_of
from edgeclassify.config.groups.presets import preset_groups, read_preset
from edgeclassify.model.labels.label_file import read_labels
from edgeclassify.model.opening.description import describe_model
from edgeclassify.types import ModelChoice
from tests.support.optional import present

FOLDER = Path(presets.__file__).parent / "presets"
IMAGENET, BUILTIN = FOLDER / "everyday_imagenet.txt", FOLDER / "everyday_builtin.txt"

GROUPS = {
    "aircraft", "amphibian", "appliance", "bag", "bear", "bicycle or motorcycle", "big cat", "bird", "boat",
    "book or office item", "bottle or jug", "bridge", "building", "car", "cat", "clock or watch", "clothing",
    "container", "crab or lobster", "dog", "electronics", "elephant", "fence or wall", "fish", "food and drink",
    "fungus", "furniture", "home or garden item", "hoofed animal", "insect", "instrument", "kitchenware",
    "landscape", "medical item", "monkey or ape", "other animal", "other mammal", "other vehicle",
    "personal care item", "plant", "reptile", "rodent or rabbit", "sea mammal", "snake", "spider or scorpion",
    "sport and outdoor gear", "street item", "tool", "toy or game", "train", "truck or bus", "weapon",
    "wolf or fox", "work machine",
}  # fmt: skip


@pytest.mark.parametrize(("path", "classes", "in_none"), [(IMAGENET, 1000, 18), (BUILTIN, 200, 2)])
def test_every_class_is_in_one_group_or_in_none_for_a_reason(path: Path, classes: int, in_none: int) -> None:
    preset = read_preset(path)
    assert (preset.name, len(preset.labels), len(preset.groups)) == ("everyday", classes, classes)
    assert preset.groups.count(None) == in_none
    lines = [line.split("\t") for line in path.read_text().splitlines() if not line.startswith("#")]
    assert {line[1] for line in lines if line[1] not in GROUPS} == {
        line[1] for line in lines if line[1].startswith("none (") and line[1].endswith(")")
    }
    assert [int(line[0]) for line in lines] == list(range(classes))


def test_all_groups_are_in_use_and_the_small_model_has_no_others() -> None:
    assert set(read_preset(IMAGENET).groups) - {None} == GROUPS
    assert set(read_preset(BUILTIN).groups) - {None} < GROUPS


@pytest.mark.parametrize("path", [IMAGENET, BUILTIN])
def test_no_group_is_named_as_a_label_that_is_in_none(path: Path) -> None:
    preset = read_preset(path)
    alone = {name.casefold() for label, of in zip(preset.labels, preset.groups, strict=True) if of is None
             for name in names_of(label)}  # fmt: skip
    assert not alone & set(preset.groups)


def test_the_kinds_of_wordnet_stand_together() -> None:
    """Where the order of the classes says what a class is: a slip of one line would show."""
    groups = read_preset(IMAGENET).groups
    for group, ranges in {
        "dog": [(151, 268)],
        "cat": [(281, 285)],
        "big cat": [(286, 293)],
        "fish": [(0, 6), (389, 397)],
        "bird": [(7, 24), (80, 100), (127, 146)],
        "amphibian": [(25, 32)],
        "reptile": [(33, 51)],
        "snake": [(52, 68)],
        "insect": [(300, 326)],
        "monkey or ape": [(365, 384)],
    }.items():
        expected = [i for first, last in ranges for i in range(first, last + 1)]
        assert [i for i, of in enumerate(groups) if of == group] == expected


@pytest.mark.parametrize(
    ("index", "name", "group"),
    [
        (134, "crane", "bird"),
        (517, "crane", "work machine"),
        (264, "Cardigan", "dog"),
        (474, "cardigan", "clothing"),
        (638, "maillot", "clothing"),
        (639, "maillot", "clothing"),
        (97, "drake", "bird"),
        (21, "kite", "bird"),
        (7, "cock", "bird"),
        (242, "boxer", "dog"),
        (157, "papillon", "dog"),
        (383, "Madagascar cat", "monkey or ape"),
        (387, "lesser panda", "other mammal"),
        (388, "giant panda", "bear"),
        (101, "tusker", "elephant"),
        (273, "dingo", "wolf or fox"),
        (321, "admiral", "insect"),
        (323, "monarch", "insect"),
        (339, "sorrel", "hoofed animal"),
        (348, "ram", "hoofed animal"),
        (393, "anemone fish", "fish"),
        (108, "sea anemone", "other animal"),
        (542, "drumstick", "instrument"),
        (577, "gong", "instrument"),
        (673, "mouse", "electronics"),
        (681, "notebook", "electronics"),
        (664, "monitor", "electronics"),
        (605, "iPod", "electronics"),
        (726, "plane", "tool"),
        (740, "power drill", "tool"),
        (456, "bow", "weapon"),
        (463, "bucket", "container"),
        (479, "car wheel", "car"),
        (581, "grille", "car"),
        (717, "pickup", "truck or bus"),
        (654, "minibus", "truck or bus"),
        (656, "minivan", "car"),
        (661, "Model T", "car"),
        (847, "tank", "other vehicle"),
        (670, "motor scooter", "bicycle or motorcycle"),
        (724, "pirate", "boat"),
        (913, "wreck", "boat"),
        (908, "wing", "aircraft"),
        (417, "balloon", "aircraft"),
        (705, "passenger car", "train"),
        (829, "streetcar", "train"),
        (666, "mortar", "kitchenware"),
        (968, "cup", "kitchenware"),
        (923, "plate", "food and drink"),
        (987, "corn", "food and drink"),
        (947, "mushroom", "food and drink"),
        (992, "agaric", "fungus"),
        (998, "ear", "plant"),
        (999, "toilet tissue", "home or garden item"),
        (806, "sock", "clothing"),
        (496, "Christmas stocking", "home or garden item"),
        (815, "spider web", None),
        (982, "groom", None),
    ],
)
def test_names_of_two_meanings_are_in_the_group_that_is_meant(index: int, name: str, group: str | None) -> None:
    preset = read_preset(IMAGENET)
    assert preset.labels[index].split(",")[0] == name
    assert preset.groups[index] == group


def test_the_built_in_models_preset_is_its_labels_and_says_the_same() -> None:
    labels = describe_model(ModelChoice()).labels
    small, large = read_preset(BUILTIN), read_preset(IMAGENET)
    assert small.labels == labels
    by_name: dict[str, set[str | None]] = {}
    for label, group in zip(large.labels, large.groups, strict=True):
        for name in names_of(label):
            by_name.setdefault(name.casefold(), set()).add(group)
    differing = {
        label: group for label, group in zip(small.labels, small.groups, strict=True)
        if group not in by_name.get(label.casefold(), {group})
    }  # fmt: skip
    assert differing == {}


def test_a_preset_fits_by_its_labels_in_order() -> None:
    labels = read_preset(BUILTIN).labels
    assert present(preset_groups("everyday", labels))["cat"] == tuple(
        labels.index(name) for name in ("tabby cat", "Persian cat", "Egyptian cat")
    )
    first = present(preset_groups("everyday", ("background", *labels), {0}))
    last = present(preset_groups("everyday", (*labels, "background"), {200}))
    assert first["cat"] == tuple(labels.index(name) + 1 for name in ("tabby cat", "Persian cat", "Egyptian cat"))
    assert last == preset_groups("everyday", labels)
    assert preset_groups("everyday", labels[:-1]) is None
    assert preset_groups("everyday", tuple(reversed(labels))) is None
    assert preset_groups("other", labels) is None


def test_names_may_be_written_otherwise_where_the_order_is_certain() -> None:
    labels = [label.split(",")[0].replace(" ", "_").lower() for label in read_preset(IMAGENET).labels]
    groups = present(preset_groups("everyday", labels))
    assert (134 in groups["bird"], 517 in groups["work machine"]) == (True, True)
    labels[:50] = [f"class {i}" for i in range(50)]
    assert preset_groups("everyday", labels) is not None
    labels[50] = "class 50"
    assert preset_groups("everyday", labels) is None


@pytest.mark.data
def test_the_imagenet_preset_is_the_label_file_of_the_catalogs_models(test_data: Path) -> None:
    models_folder = test_data / "models"
    labels = read_labels(models_folder / "imagenet_labels.txt")
    assert read_preset(IMAGENET).labels == labels[1:]
    groups = present(preset_groups("everyday", labels, {0}))
    assert groups["cat"] == (282, 283, 284, 285, 286)
    assert sum(map(len, groups.values())) == 982
    birds = read_labels(models_folder / "inat_bird_labels.txt")
    assert preset_groups("everyday", birds, {964}) is None


def test_a_preset_that_lacks_a_class_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "everyday_x.txt"
    path.write_text("# a\n0\tcat\ttabby\n2\tcat\tlion\n")
    with pytest.raises(ValueError, match="expected class 1, found 2"):
        read_preset(path)
