"""Each order of taught models, carried out. Used by the desk's thread."""

from collections.abc import Callable

from edgeclassify.contract.bodies import Body
from edgeclassify.contract.responses import teaching as bodies
from edgeclassify.daemon.teaching.bodies import label_bodies
from edgeclassify.daemon.teaching.gathered import Gathered
from edgeclassify.daemon.teaching.lessons import Lessons
from edgeclassify.daemon.teaching.listing import list_taught
from edgeclassify.daemon.teaching.node_facts import NodeFacts
from edgeclassify.daemon.teaching.which_model import meant_model
from edgeclassify.model.taught.places import find_taught
from edgeclassify.model.taught.reading import read_manifest
from edgeclassify.teaching.interface import Picture
from edgeclassify.types import teaching
from edgeclassify.types.teaching import TeachingOrder


class Orders:
    """Carries out what is asked of taught models: changes by `Lessons`, what was kept of frames by `Gathered`."""

    def __init__(self, settle: Callable[[], None]) -> None:
        """`settle`: as of `Gathered`."""
        self._lessons, self._gathered = Lessons(), Gathered(settle)

    def rest(self) -> None:
        """Let go of what is open."""
        self._lessons.rest()

    def carry_out(self, order: TeachingOrder, facts: NodeFacts, picture: Picture | None) -> Body:
        """`picture`: what the view showed, where the order needs that. Raises EdgeClassifyError."""
        match order:
            case teaching.AddExample():
                return self._add(order, facts, picture)
            case teaching.CorrectEvent():
                return self._lessons.correct(order, self._gathered.of_event(order.event_id, facts), facts)
            case teaching.Fit():
                return self._lessons.fit(order, facts)
            case teaching.ListTaught():
                return list_taught(order, facts)
            case teaching.MoveExample():
                return self._lessons.move(order, facts)
            case teaching.RemoveExamples():
                return self._lessons.remove(order, facts)
            case teaching.UndoChange():
                return self._lessons.undo(order, facts)
            case teaching.LabelLooks():
                return self._label(order, facts)
            case teaching.Collect():
                return self._gathered.collect(order, facts)
            case teaching.ListClusters():
                return self._gathered.clusters(order, facts)
            case teaching.ListUnsure():
                return self._gathered.unsure(order, facts)

    def _add(self, order: teaching.AddExample, facts: NodeFacts, picture: Picture | None) -> bodies.Change:
        if order.event_id is None:
            assert picture is not None, "a view has been looked at"
            return self._lessons.add_picture(order, picture, facts)
        look = self._gathered.of_event(order.event_id, facts)
        model = meant_model(order.model, facts, look.view)
        return self._lessons.add_looks(order.label, [look], model, facts, fit=order.fit)

    def _label(self, order: teaching.LabelLooks, facts: NodeFacts) -> bodies.Change:
        """What is an example now is not asked about again, and neither is what is to be none."""
        model = meant_model(order.model, facts, self._gathered.view_of(order, facts))
        looks, done_with = self._gathered.meant(order, model, facts)
        if order.skip:
            change = _left_out(model, self._gathered.forget(done_with, facts))
        else:
            change = self._lessons.add_looks(order.label, looks, model, facts, fit=order.fit)
            self._gathered.forget(done_with, facts)
        return change


def _left_out(model: str, count: int) -> bodies.Change:
    """Nothing has changed of the model, which may not even be there."""
    folder = find_taught(model)
    manifest = None if folder is None else read_manifest(folder)
    return bodies.Change.made(
        model=model,
        version=0 if manifest is None else manifest.version,
        change=f"{count} left out",
        examples=[],
        labels=[] if manifest is None else label_bodies(manifest),
        fit=None,
        not_fitted=None,
    )
