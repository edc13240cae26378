"""Changes of taught models, as they are asked for over MQTT: examples, corrections, fits.

Used by the desk's thread.
"""

from collections.abc import Sequence
from contextlib import ExitStack

from edgeclassify.contract.responses import teaching as bodies
from edgeclassify.daemon.teaching.bodies import fit_body, label_bodies
from edgeclassify.daemon.teaching.node_facts import NodeFacts
from edgeclassify.daemon.teaching.which_model import base_for, known_model, meant_model
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.model.taught.manifest import Manifest
from edgeclassify.teaching.corrections import label_instead
from edgeclassify.teaching.interface import Look, Picture
from edgeclassify.teaching.outcomes import Added
from edgeclassify.teaching.teacher import Teacher
from edgeclassify.types.teaching import (
    AddExample,
    CorrectEvent,
    Fit,
    MoveExample,
    RemoveExamples,
    UndoChange,
    class_of,
)

WAIT_S = 10.0
"""How long a command is waited for that changes the same model."""


class Lessons:
    """Keeps the teacher of the model that was meant last, whose network is open, until `rest`."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._teacher: Teacher | None = None
        self._keeps_pictures = True

    def rest(self) -> None:
        """Let go of the network below the heads."""
        self._teacher = None
        self._open.close()

    def add_picture(self, order: AddExample, picture: Picture, facts: NodeFacts) -> bodies.Change:
        """What a view shows becomes an example."""
        model = meant_model(order.model, facts, picture.view)
        base = base_for(model, facts, picture.view)
        added = self._teach(model, facts).add(class_of(order.label), [picture], base=base)
        return self._added(added, order.fit, facts)

    def add_looks(
        self, label: str | None, looks: Sequence[Look], model: str, facts: NodeFacts, *, fit: bool
    ) -> bodies.Change:
        """What was kept becomes examples."""
        return self._added(self._teach(model, facts).add_looks(class_of(label), looks), fit, facts)

    def correct(self, order: CorrectEvent, look: Look, facts: NodeFacts) -> bodies.Change:
        """What was kept of an event was of another label, or of this one."""
        model = known_model(order.model, facts, look.view)
        label = order.label
        if label is None:
            label = label_instead(self._teach(model, facts).manifest().labels, look.label)
        return self.add_looks(label, [look], model, facts, fit=order.fit)

    def fit(self, order: Fit, facts: NodeFacts) -> bodies.Fit:
        """A head for the examples that there are."""
        return self._fit(known_model(order.model, facts), facts, one_class=order.one_class)

    def move(self, order: MoveExample, facts: NodeFacts) -> bodies.Change:
        """An example is of another label."""
        teacher = self._teach(known_model(order.model, facts), facts)
        return self._changed(
            teacher.move([order.example], class_of(order.label)), [order.example], order.fit, facts
        )

    def remove(self, order: RemoveExamples, facts: NodeFacts) -> bodies.Change:
        """An example, or all of a label, are taken away."""
        teacher = self._teach(known_model(order.model, facts), facts)
        before = {one.id for one in teacher.manifest().examples}
        example, label = order.example, order.label
        after = teacher.remove_class(class_of(label)) if example is None else teacher.remove([example])
        gone = sorted(before - {one.id for one in after.examples})
        return self._changed(after, gone, order.fit, facts)

    def undo(self, order: UndoChange, facts: NodeFacts) -> bodies.Change:
        """The last change is taken back, the head with it."""
        return self._changed(self._teach(known_model(order.model, facts), facts).undo(), [], False, facts)

    def _teach(self, model: str, facts: NodeFacts) -> Teacher:
        teacher, keeps_pictures = self._teacher, facts.keeps_pictures
        if teacher is None or (teacher.name, self._keeps_pictures) != (model, keeps_pictures):
            self.rest()
            teacher = self._open.enter_context(Teacher(model, keep_pictures=keeps_pictures, wait_s=WAIT_S))
            self._teacher, self._keeps_pictures = teacher, keeps_pictures
        return teacher

    def _fit(self, model: str, facts: NodeFacts, *, one_class: bool = False) -> bodies.Fit:
        return fit_body(self._teach(model, facts).fit(one_class=one_class), facts.views_of(model))

    def _added(self, added: Added, fit: bool, facts: NodeFacts) -> bodies.Change:
        return self._changed(added.manifest, [*added.new, *added.moved], fit, facts)

    def _changed(self, manifest: Manifest, ids: Sequence[str], fit: bool, facts: NodeFacts) -> bodies.Change:
        """What was changed stays so where no head can be fitted to it."""
        fitted, not_fitted = None, None
        if fit:
            try:
                fitted = self._fit(manifest.name, facts)
            except EdgeClassifyError as error:
                not_fitted = str(error)
        return bodies.Change.made(
            model=manifest.name,
            version=manifest.version if fitted is None else fitted.version,
            change=manifest.change,
            examples=list(ids),
            labels=label_bodies(manifest) if fitted is None else fitted.labels,
            fit=fitted,
            not_fitted=not_fitted,
        )
