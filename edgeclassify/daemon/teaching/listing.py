"""The taught models of a node, as they are asked for over MQTT. Used by the desk's thread."""

from edgeclassify.contract.responses import teaching as bodies
from edgeclassify.daemon.teaching.bodies import broken_model_body, example_body, model_body
from edgeclassify.daemon.teaching.node_facts import NodeFacts
from edgeclassify.daemon.teaching.which_model import known_model
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.model.taught.manifest import Manifest
from edgeclassify.model.taught.places import resolve_taught, taught_names
from edgeclassify.model.taught.reading import read_manifest
from edgeclassify.teaching.coverage import lacks
from edgeclassify.types.teaching import ListTaught, class_of


def list_taught(order: ListTaught, facts: NodeFacts) -> bodies.TaughtModels:
    """All models, or the one that is named with a page of its examples. Raises EdgeClassifyError.

    Of all models one that is damaged says so in its place; one that is named is an error then.
    """
    if order.model is None:
        models = [_model(name, facts) for name in taught_names()]
        return bodies.TaughtModels.made(models=models, examples=None, more=False)
    manifest = read_manifest(resolve_taught(known_model(order.model, facts)))
    wanted = [one for one in manifest.examples if order.label is None or class_of(order.label) == one.label]
    if order.after is not None:
        ids = [one.id for one in wanted]
        if order.after not in ids:
            raise EdgeClassifyError(f"after: expected the id of an example of {order.model}, found {order.after}")
        wanted = wanted[ids.index(order.after) + 1 :]
    seems = {doubt.example: doubt.seems for doubt in manifest.doubts}
    return bodies.TaughtModels.made(
        models=[_body(manifest, facts)],
        examples=[example_body(one, seems.get(one.id)) for one in wanted[: order.limit]],
        more=len(wanted) > order.limit,
    )


def _model(name: str, facts: NodeFacts) -> bodies.TaughtModel:
    try:
        return _body(read_manifest(resolve_taught(name)), facts)
    except EdgeClassifyError as error:
        return broken_model_body(name, facts.views_of(name), str(error))


def _body(manifest: Manifest, facts: NodeFacts) -> bodies.TaughtModel:
    return model_body(manifest, facts.views_of(manifest.name), [one.text for one in lacks(manifest, facts.zone)])
