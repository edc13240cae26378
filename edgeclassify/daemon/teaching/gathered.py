"""What was kept of frames for later, as it is asked for over MQTT: collections, clusters, what was not sure.

Used by the desk's thread.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo

from edgeclassify.contract.refusals import choices
from edgeclassify.contract.responses import teaching as bodies
from edgeclassify.daemon.teaching.bodies import unsure_body
from edgeclassify.daemon.teaching.node_facts import NodeFacts
from edgeclassify.daemon.teaching.which_model import meant_model
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.teaching.interface import Look
from edgeclassify.teaching.look_groups import LookGroup, group_looks
from edgeclassify.teaching.looks.interface import MOST_COLLECTED, Collection
from edgeclassify.teaching.looks.store import LookStore
from edgeclassify.types.teaching import Collect, LabelLooks, ListClusters, ListUnsure

_HOUR_S = 3600.0


class Gathered:
    """Remembers the clusters that were told last of each model: they are labelled as they were shown.

    `settle`: has all that was seen until now written to the file of looks.
    """

    def __init__(self, settle: Callable[[], None]) -> None:
        self._settle = settle
        self._told: dict[str, list[LookGroup]] = {}

    def of_event(self, event_id: str, facts: NodeFacts) -> Look:
        """What was kept of an event. Raises EdgeClassifyError where nothing was."""
        self._settle()  # it may have come a moment ago
        with self._store(facts) as store:
            look = store.of_event(event_id)
        if look is None:
            raise EdgeClassifyError(
                f"event_id: expected an event of which something is kept (teaching.keep_days), found {event_id}"
            )
        return look

    def collect(self, order: Collect, facts: NodeFacts) -> bodies.Collection:
        """Begin, end, or say how far it is."""
        view = _meant_view(order.view, facts)
        model = meant_model(order.model, facts, view)
        if view not in facts.bases:
            raise EdgeClassifyError(f"view {view}: nothing can be collected, for its model has no embedding")
        self._settle()  # frames are written up to a minute later
        with self._store(facts, create=order.hours is not None) as store:
            if order.stop:
                store.end_collection(model, view)
            elif order.hours is not None:
                most = MOST_COLLECTED if order.most is None else order.most
                store.begin_collection(model, view, order.hours * _HOUR_S, most)
            found = next((one for one in store.collections(model) if one.view == view), None)
        if found is None:
            raise EdgeClassifyError(f"nothing is collected for {model} in view {view}: say for how many hours")
        return _collection_body(found)

    def clusters(self, order: ListClusters, facts: NodeFacts) -> bodies.Clusters:
        """What was collected, in groups."""
        model = meant_model(order.model, facts)
        self._settle()
        with self._store(facts) as store:
            groups = self._told[model] = _groups_of(store, model, facts)
        return bodies.Clusters.made(model=model, clusters=[_cluster_body(one, facts.zone) for one in groups])

    def unsure(self, order: ListUnsure, facts: NodeFacts) -> bodies.UnsureLooks:
        """What models were not sure of, the newest first."""
        with self._store(facts) as store:
            looks = store.unsure(order.view, order.limit + 1)
        told = [unsure_body(look) for look in looks[: order.limit]]
        return bodies.UnsureLooks.made(looks=told, more=len(looks) > order.limit)

    def view_of(self, order: LabelLooks, facts: NodeFacts) -> str | None:
        """The view of the look that is meant; None: several may be."""
        if order.look is None:
            return None
        with self._store(facts) as store:
            look = store.look(order.look)
        return None if look is None else look.view

    def meant(self, order: LabelLooks, model: str, facts: NodeFacts) -> tuple[Sequence[Look], Sequence[int]]:
        """The looks that are to be examples, and the ids of all that are done with then.

        Raises EdgeClassifyError where they are not there any more.
        """
        with self._store(facts) as store:
            if order.look is not None:
                look = store.look(order.look)
                if look is None:
                    raise EdgeClassifyError(f"look: expected one that is kept, found {order.look}: it is gone")
                return [look], [look.id]
            group = self._group(order.cluster, model, store, facts)
        return group.chosen, [one.id for one in group.looks]

    def forget(self, looks: Sequence[int], facts: NodeFacts) -> int:
        """They are examples now, or are to be none: how many there were."""
        with self._store(facts) as store:
            return store.remove(looks)

    def _group(self, wanted: int | None, model: str, store: LookStore, facts: NodeFacts) -> LookGroup:
        """As it was told; where nothing was since the start, as it is."""
        groups = self._told.get(model) or _groups_of(store, model, facts)
        found = next((one for one in groups if one.id == wanted), None)
        if found is None:
            ids = choices([str(one.id) for one in groups])
            expected = f"one of {ids}" if ids else f"one of {model}, for which nothing is collected"
            raise EdgeClassifyError(f"cluster: expected {expected}, found {wanted}")
        return found

    @contextmanager
    def _store(self, facts: NodeFacts, *, create: bool = False) -> Iterator[LookStore]:
        if facts.looks is None:
            raise EdgeClassifyError(
                "nothing is kept of frames: teaching.enabled is false, or there is no state folder"
            )
        with LookStore.open(facts.looks, create=create) as store:
            yield store


def _groups_of(store: LookStore, model: str, facts: NodeFacts) -> list[LookGroup]:
    return group_looks(store.collected(model), zone=facts.zone)


def _local(at: float, zone: tzinfo | None) -> datetime:
    return datetime.fromtimestamp(at, UTC).astimezone(zone)


def _meant_view(view: str | None, facts: NodeFacts) -> str:
    if view is not None:
        return view
    if len(facts.views) != 1:
        raise EdgeClassifyError(f"view: expected one of {choices(facts.views)}, found none")
    return facts.views[0]


def _collection_body(one: Collection) -> bodies.Collection:
    return bodies.Collection.made(
        model=one.model,
        view=one.view,
        running=one.ended is None,
        hours=one.lasts_s / _HOUR_S,
        hours_left=one.left_s / _HOUR_S,
        ended=one.ended,
        kept=one.count,
        most=one.most,
    )


def _cluster_body(group: LookGroup, zone: tzinfo | None) -> bodies.KnownCluster:
    looks = group.looks
    return bodies.KnownCluster.made(
        cluster=group.id,
        pictures=len(looks),
        chosen=len(group.chosen),
        looks=[look.id for look in group.chosen],
        hours=sorted({_local(look.at, zone).hour for look in looks}),
        brightness=sum(look.brightness for look in looks) / len(looks),
        label=looks[0].label,
    )
