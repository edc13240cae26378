"""What both drawings of a node say in the same words: figures, states and ages as short texts."""

from rich.text import Text

from edgeclassify.watch.records import HOT_C, WatchedNode, WatchedView, recognised

NOTHING = "-"
"""In the place of what is not known."""


def age(seconds: float) -> str:
    """A duration in its largest fitting unit: "12 s", "3 min", "5 h", "2 d"."""
    for unit, size, limit in (("s", 1, 120), ("min", 60, 7200), ("h", 3600, 172_800)):
        if seconds < limit:
            return f"{max(0, int(seconds // size))} {unit}"
    return f"{int(seconds // 86_400)} d"


def cut(text: str, style: str = "") -> Text:
    """One line, with an ellipsis where it is too long."""
    return Text(text, style=style, no_wrap=True, overflow="ellipsis")


def plain(text: str) -> str:
    """Without control characters: what a stranger publishes must not steer the terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def decimal(value: float | None) -> str:
    """With one digit after the point."""
    return NOTHING if value is None else f"{value:.1f}"


def status(node: WatchedNode, view: WatchedView | None, now: float) -> Text:
    """Whether a view delivers, or where `view` is None its node. `now`: seconds since the epoch."""
    if node.online is False:
        return Text("OFFLINE", style="bold red")
    if view is not None and view.online is False:
        return Text("no camera", style="bold yellow")
    if view is not None and (view.options or {}).get("enabled") == "OFF":
        if view.snoozed_until is not None and view.snoozed_until > now:
            return Text(f"snoozed, {age(view.snoozed_until - now)} left", style="cyan")
        return Text("paused", style="cyan")
    if view is not None and view.problems:
        return Text(plain(", ".join(view.problems)), style="bold yellow")
    return Text(NOTHING) if node.online is None else Text("online", style="green")


def today(view: WatchedView | None) -> str:
    """How often labels have started in it today, those that started last first."""
    counted = [f"{count} {plain(label)}" for label, count in view.today if count] if view else []
    return ", ".join(counted) or NOTHING


def shown(node: WatchedNode, view: WatchedView | None, now: float) -> list[Text]:
    """Label, score and since when."""
    if view is None or view.label is None:
        return [Text(NOTHING) for _ in range(3)]
    is_now = recognised(view) and node.online is not False
    label = cut(plain(view.label), "bold" if is_now else "dim")
    since = NOTHING if view.since is None else age(now - view.since)
    return [label, Text(NOTHING if view.score is None else f"{view.score:.2f}"), Text(since)]


def heat(node: WatchedNode) -> Text:
    """Its temperature in degrees Celsius."""
    return Text(decimal(node.temperature_c), style="bold red" if (node.temperature_c or 0) >= HOT_C else "")


def spool(node: WatchedNode) -> Text:
    """How many events wait, and how many were dropped."""
    if node.spool_depth is None:
        return Text(NOTHING)
    dropped = f" (-{node.spool_dropped})" if node.spool_dropped else ""
    return Text(f"{node.spool_depth}{dropped}", style="bold yellow" if node.spool_depth or dropped else "")
