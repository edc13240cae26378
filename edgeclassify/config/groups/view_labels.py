"""What each view of a config decides between, once its model is known; every fault in what it says of labels."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from edgeclassify.config.groups.document_faults import group_faults
from edgeclassify.config.groups.layers import BACKGROUND_HINT, PRESET, Found, GroupTable, Layer, groups_in
from edgeclassify.config.groups.model_labels import ModelLabels
from edgeclassify.config.groups.patterns import LabelNames, names_of
from edgeclassify.config.label_hints import hint_for
from edgeclassify.config.rules import LabelRulesConfig
from edgeclassify.config.sections import Config, ViewConfig
from edgeclassify.documents.faults import ConfigFault
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types import UNKNOWN


@dataclass(frozen=True, slots=True)
class ViewLabels:
    """What a view decides between. `names`: its groups, then the labels that are in none, in the model's order;
    `members`: the class indices of each; `groups`: how many groups there are. What is in none of them counts for
    `unknown`. `rules`: what single ones have of their own, by their place in `names`; `lasting`: after which
    seconds it is told that they are still there, likewise."""

    names: tuple[str, ...]
    members: tuple[tuple[int, ...], ...]
    groups: int = 0
    rules: tuple[tuple[int, LabelRulesConfig], ...] = ()
    lasting: tuple[tuple[int, tuple[float, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class LabelsFound:
    """The labels of each view in the file's order, None where its model is not known; and the faults."""

    views: tuple[ViewLabels | None, ...]
    faults: tuple[ConfigFault, ...]


def labels_of_views(config: Config, models: Sequence[ModelLabels | None]) -> LabelsFound:
    """What the views decide between. `models`: of each of config.views(); None: one that can't be read."""
    views = config.views()
    shared = Layer("groups", config.groups)
    made: list[ViewLabels | None] = []
    faults: list[ConfigFault] = []
    groups: list[Found] = []
    for i, (view, model) in enumerate(zip(views, models, strict=True)):
        if model is None:
            made.append(None)
            continue
        found = groups_in((Layer(f"view[{i}].groups", view.groups), shared), model)
        groups.append(found)
        one = _OneView(i, view, model, found.groups)
        made.append(one.labels())
        faults += [*found.faults, *one.faults]
    faults += _unmatched(groups, all_known=None not in models)
    return LabelsFound(tuple(made), tuple(dict.fromkeys(faults)))


def labels_with_preset(preset: str, model: ModelLabels) -> ViewLabels | None:
    """What a view decides between that takes a preset and says nothing else; None where the model has none."""
    found = labels_with_groups({PRESET: preset}, model)
    return None if found.faults else found.views[0]


def labels_with_groups(table: GroupTable, model: ModelLabels) -> LabelsFound:
    """What a view decides between that has these groups and says nothing else; and every fault in them."""
    found = groups_in((Layer("groups", table),), model)
    view = _OneView(0, ViewConfig.usual(name="view"), model, found.groups)
    labels = view.labels()
    unmatched = (*found.faults, *found.unmatched.values(), *view.faults)
    faults = tuple(group_faults("groups", dict(table))) or unmatched
    return LabelsFound((labels,), tuple(dict.fromkeys(faults)))


def _unmatched(groups: Sequence[Found], *, all_known: bool) -> Iterator[ConfigFault]:
    """Patterns of a view's own that its model has nothing for; those of the whole file, that no model has."""
    for key, pattern in dict.fromkeys(place for found in groups for place in found.unmatched):
        missing = [found.unmatched[key, pattern] for found in groups if (key, pattern) in found.unmatched]
        if key.startswith("view[") or (all_known and len(missing) == len(groups)):
            yield missing[0]


class _OneView:
    """A view whose model is known. `names`, `members`: all that it could show, its groups first."""

    def __init__(
        self, place: int, view: ViewConfig, model: ModelLabels, groups: Mapping[str, tuple[int, ...]]
    ) -> None:
        self._key, self._view, self._model, self._groups = f"view[{place}]", view, model, groups
        grouped = {index for members in groups.values() for index in members} | model.background
        single = [k for k in range(len(model.labels)) if k not in grouped]
        self._single = [model.labels[k] for k in single]
        self._names = [*groups, *self._single]
        self._members = [*groups.values(), *((k,) for k in single)]
        self.faults: list[ConfigFault] = []

    def labels(self) -> ViewLabels:
        """What it decides between; what is wrong with it is in `faults` then."""
        self._check_group_names()
        wanted = self._wanted()
        names = [self._names[k] for k in wanted]
        self._check_listed("labels", self._view.labels, names)
        shown = self._view.home_assistant
        for key, labels in (("on", shown.on), ("off", shown.off)):
            self._check_listed(f"home_assistant.{key}", labels, (*names, UNKNOWN))
        members = tuple(self._members[k] for k in wanted)
        groups = sum(k < len(self._groups) for k in wanted)
        return ViewLabels(tuple(names), members, groups, self._rules(names), self._lasting(names))

    def _check_group_names(self) -> None:
        """A group must be told from labels that are in none."""
        if not self._groups:
            return
        known = {name.casefold(): label for label in self._single for name in names_of(label)}
        for group in self._groups:
            if (label := known.get(group.casefold())) is not None:
                key = f"{self._key}.groups.{group}" if group in self._view.groups else f"groups.{group}"
                hint = "Put that label into the group, or call the group otherwise."
                self.faults.append(
                    ConfigFault(key, "a name that no label outside the group has", repr(label), hint)
                )

    def _wanted(self) -> list[int]:
        """The places of the labels that allow and deny leave; all of them where these are wrong."""
        all_of_them = range(len(self._names))
        allowed = self._named("allow", self._view.allow) if self._view.allow else set(all_of_them)
        left = sorted(allowed - self._named("deny", self._view.deny))
        if not left and not self.faults:
            beside = "labels that allow and deny leave" if self._view.allow else "labels that it leaves"
            self.faults.append(ConfigFault(f"{self._key}.deny", f"{beside} to be shown", "none"))
        return left or list(all_of_them)

    def _named(self, key: str, patterns: Sequence[str]) -> set[int]:
        known = LabelNames(self._names)
        named: set[int] = set()
        for pattern in patterns:
            matching = known.matching(pattern)
            named.update(matching)
            if not matching:
                self.faults.append(self._not_there(key, pattern, self._names))
        return named

    def _check_listed(self, key: str, labels: Sequence[str], names: Sequence[str]) -> None:
        """What a key lists must be one of the view's, to the letter."""
        for label in labels:
            if label not in names:
                self.faults.append(self._not_there(key, label, names))

    def _rules(self, names: Sequence[str]) -> tuple[tuple[int, LabelRulesConfig], ...]:
        """What single labels have of their own. Of two patterns for a label that which names fewer goes first."""
        rules: dict[int, LabelRulesConfig] = {}
        for pattern, places in self._general_first("label_rules", self._view.label_rules, names):
            table = self._view.label_rules[pattern]
            own = {key: getattr(table, key) for key in table.model_fields_set}
            for k in places:
                rules[k] = rules.get(k, LabelRulesConfig.usual()).model_copy(update=own)
        return tuple(sorted(rules.items(), key=lambda item: item[0]))

    def _lasting(self, names: Sequence[str]) -> tuple[tuple[int, tuple[float, ...]], ...]:
        """Of two patterns for a label that which names fewer holds alone."""
        found: dict[int, tuple[float, ...]] = {}
        for pattern, places in self._general_first("lasting", self._view.lasting, names):
            found |= dict.fromkeys(places, self._view.lasting[pattern])
        return tuple(sorted(found.items()))

    def _general_first(
        self, key: str, patterns: Iterable[str], names: Sequence[str]
    ) -> list[tuple[str, Sequence[int]]]:
        """The places of the labels that each pattern names, that which names most first. None is a fault."""
        known = LabelNames(names)
        matching = {pattern: known.matching(pattern) for pattern in patterns}
        self.faults += [self._not_there(key, pattern, names) for pattern, places in matching.items() if not places]
        return sorted(matching.items(), key=lambda item: -len(item[1]))

    def _not_there(self, key: str, pattern: str, names: Sequence[str]) -> ConfigFault:
        """A pattern that names none of the view's groups and labels, and why."""
        model = self._model
        what = "labels or groups" if self._groups else "labels"
        indices = LabelNames(model.labels).matching(pattern)
        group = next((name for name, members in self._groups.items() if set(indices) & set(members)), None)
        if pattern.casefold() == UNKNOWN and not indices:
            hint = f"{UNKNOWN!r} is the state without a label: it neither starts nor ends."
        elif not indices or LabelNames(names).matching(pattern):
            hint = hint_for(pattern.strip("*?[] "), names, model.name)
        elif model.background.issuperset(indices):
            hint = BACKGROUND_HINT
        elif group is not None:
            hint = f"It is in the group {group!r}, which counts in its place."
        else:
            hint = "The view's allow or deny leaves it out."
        return ConfigFault(f"{self._key}.{key}", f"{what} of the model {model.name}", repr(pattern), hint)
