"""What answers about taught models carry."""

from edgeclassify.contract.bodies.base import Amount, Body, Count, Label, Level, Occurrence, Score, Time, about


class LabelAccuracy(Body):
    """How many examples of a label there are, and how many of them a head gets right that does not know them."""

    label: Label | None = about("The label; null: examples of none of the classes.")
    examples: Count = about("How many there are.")
    right: Count | None = about(
        "How many are right, left out one after the other; absent: not known.", default=None
    )


class ViewAccuracy(Body):
    """The same, of the examples that came from a view."""

    view: Level = about("Name of the view.")
    examples: Count = about("How many of them were judged.")
    right: Count = about("How many are right, left out one after the other.")


class Fit(Body):
    """A head that was fitted, and how good it is: an example is judged by a head that does not know its moment."""

    model: Level = about("Name of the taught model.")
    version: Count = about("Version of its examples and head.")
    kind: str = about("Kind of the head.")
    examples: Count = about("Examples that were judged: none where each class is of one moment alone.")
    right: Count = about("How many of them are right.")
    accuracy: Score | None = about("Their share; absent: none was judged.", default=None)
    accuracy_before: Score | None = about("That of the head before; absent: there was none.", default=None)
    labels: list[LabelAccuracy] = about("By label.")
    views: list[ViewAccuracy] = about("By view, where examples came from one.")
    in_views: list[Level] = about("Views that decide by it from now on.")


class Change(Body):
    """What was changed of a taught model."""

    model: Level = about("Name of the taught model.")
    version: Count = about("Version of its examples and head.")
    change: str = about("What was changed.")
    examples: list[str] = about("The ids of the examples that were added, moved or removed.")
    labels: list[LabelAccuracy] = about("How many examples there are by now.")
    fit: Fit | None = about("The head that was fitted to them; absent: none was.", default=None)
    not_fitted: str | None = about("Why none was, where one was asked for; absent: all went well.", default=None)


class KnownExample(Body):
    """An example of a taught model."""

    id: str = about("Its id.")
    label: Label | None = about("What it shows; null: none of the classes.")
    source: str = about("Where it comes from.")
    added: Time = about("When it was added.")
    ts: Time | None = about("When it was captured; absent: not known.", default=None)
    view: Level | None = about("The view that it came from; absent: none.", default=None)
    event_id: Occurrence | None = about("The event that it came from; absent: none.", default=None)
    was: Label | None = about("What the model had said, where it corrects that.", default=None)
    brightness: Score = about("How bright it is.")
    seems: Label | None = about("What it looks like instead; absent: it is as its label says.", default=None)


class TaughtModel(Body):
    """A taught model of the node."""

    name: Level = about("Its name.")
    version: Count = about("Version of its examples and head.")
    base: str = about("The network that it stands on.")
    one_class: bool = about("Is only what is normal taught, and all else reported?")
    labels: list[LabelAccuracy] = about("Its labels and examples.")
    fitted: Time | None = about("When its head was fitted; absent: never.", default=None)
    is_fitted: bool = about("Does its head know the examples as they are now?")
    kind: str | None = about("Kind of the head; absent: there is none.", default=None)
    accuracy: Score | None = about(
        "Share of examples that are right when left out; absent: not known.", default=None
    )
    views: list[Level] = about("The views that use it.")
    missing: list[str] = about("What it needs, in sentences.")
    error: str | None = about("Why it can't be used; absent: it can.", default=None)


class TaughtModels(Body):
    """The taught models of the node; of one that was named its examples as well."""

    models: list[TaughtModel] = about("The models.")
    examples: list[KnownExample] | None = about("Of the one that was named; absent: none was.", default=None)
    more: bool = about("Are there more examples behind the last one?")


class Collection(Body):
    """Frames of a view that are gathered for a taught model."""

    model: Level = about("Name of the taught model.")
    view: Level = about("Name of the view.")
    running: bool = about("Does it go on?")
    hours: Amount = about("For how long it was asked for.")
    hours_left: Amount = about("How many of them are left: those in which the node does not run don't count.")
    ended: str | None = about("Why it goes on no more; absent: it does.", default=None)
    kept: Count = about("Frames by now.")
    most: Count = about("At most so many.")


class KnownCluster(Body):
    """Collected pictures that are alike."""

    cluster: Count = about("Its id, for teach/label.")
    pictures: Count = about("How many there are.")
    chosen: Count = about("How many of them differ enough to become examples.")
    looks: list[Count] = about("The ids of those that were chosen.")
    hours: list[Count] = about("At which hours of the day they came, by the node's clock.")
    brightness: Score = about("How bright they are, on average.")
    label: Label | None = about("What the model says of the most typical one; absent: nothing.", default=None)


class Clusters(Body):
    """What was collected for a taught model, in groups."""

    model: Level = about("Name of the taught model.")
    clusters: list[KnownCluster] = about("The largest first.")


class UnsureLook(Body):
    """What a model was not sure of."""

    look: Count = about("Its id, for teach/label.")
    view: Level = about("Name of the view.")
    ts: Time = about("When the frame was captured.")
    label: Label | None = about("What came out on top; null: nothing did.")
    score: Score | None = about("Its score; absent: it has none.", default=None)
    brightness: Score = about("How bright it is.")
    event_id: Occurrence | None = about("The event that came of it; absent: none.", default=None)


class UnsureLooks(Body):
    """What models were not sure of."""

    looks: list[UnsureLook] = about("The newest first.")
    more: bool = about("Are there older ones?")
