"""Which taught model a request is about, and what a new one is to stand on."""

from edgeclassify.contract.refusals import choices, hint, shown
from edgeclassify.daemon.teaching.node_facts import NodeFacts
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.model.taught.places import find_taught, taught_names


def meant_model(name: str | None, facts: NodeFacts, view: str | None = None) -> str:
    """The one that is named, or by which the view decides; else the only one that runs, or that there is.

    A name may be new. Raises EdgeClassifyError where nobody can tell.
    """
    if name is not None:
        return name
    if view is not None and (model := facts.taught.get(view)) is not None:
        return model
    for names in (sorted(set(facts.taught.values())), taught_names()):
        if len(names) == 1:
            return names[0]
    known = taught_names()
    expected = f"one of {choices(known)}" if known else "a name for it, for none is taught yet"
    raise EdgeClassifyError(f"model: expected {expected}, found {shown(name)}")


def known_model(name: str | None, facts: NodeFacts, view: str | None = None) -> str:
    """The same, which must be there. Raises EdgeClassifyError."""
    model = meant_model(name, facts, view)
    if find_taught(model) is None:
        known = taught_names()
        expected = f"one of {choices(known)}" if known else "a taught model, for none is taught yet"
        raise EdgeClassifyError(f"model: expected {expected}, found {shown(model)}{hint(model, known)}")
    return model


def base_for(model: str, facts: NodeFacts, view: str | None) -> str | None:
    """What a model that is new is to stand on: what the view runs on already, so that both share a network; None:
    as usual, or it is there and has its base."""
    if view is None or find_taught(model) is not None:
        return None
    return facts.bases.get(view)
