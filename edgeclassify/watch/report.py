"""What a watch has seen, as lines: JSON for programs, text for people without a terminal."""

from typing import Any

from edgeclassify.contract.encoding import rfc3339
from edgeclassify.watch.interface import Change, EventSeen, HoleFilled, HoleSeen, LinkChange, Notice, Renumbered


def record(notice: Notice) -> dict[str, Any]:
    """The JSON object of a notice.

    Events have the keys node, view, topic, received (RFC 3339), historical, repeated and event (the message
    itself); the rest have one key: status, gap, gap_filled, renumbered or connection. A status is that of a node,
    or of the camera of one of its views; `retained`: the broker had it before, since when is unknown.
    """
    match notice:
        case EventSeen():
            return {
                "node": notice.node,
                "view": notice.view,
                "topic": notice.topic,
                "received": rfc3339(notice.received_at),
                "historical": notice.historical,
                "repeated": notice.repeated,
                "event": notice.body,
            }
        case HoleSeen():
            span = {"node": notice.node, "from": notice.first, "to": notice.last}
            return {"gap": span | {"at": rfc3339(notice.at), "while_disconnected": notice.while_away}}
        case HoleFilled():
            span = {"node": notice.node, "from": notice.first, "to": notice.last}
            return {"gap_filled": span | {"at": rfc3339(notice.at)}}
        case Renumbered():
            span = {"node": notice.node, "from": notice.before, "to": notice.seq}
            return {"renumbered": span | {"at": rfc3339(notice.at)}}
        case LinkChange():
            state = {"connected": notice.connected, "reason": notice.reason or None, "complete": notice.complete}
            return {"connection": state | {"server": notice.server or None, "at": rfc3339(notice.at)}}
        case Change():
            place = {"node": notice.node, "view": notice.view or None}
            return {"status": place | {"status": notice.what, "retained": notice.kept, "at": rfc3339(notice.at)}}


def text(notice: Notice) -> str:
    """The notice as a line for people."""
    match notice:
        case EventSeen():
            marks = ", late" if notice.historical else ""
            marks += ", repeated" if notice.repeated else ""
            body = notice.body
            # JSON's own escapes: what a stranger publishes must not steer the terminal.
            said = f"{body['event_type']} {body['label']} {body['score']}".encode("unicode_escape").decode()
            line = f"{notice.node}/{notice.view}  {said}  (number {body['seq']}{marks})"
            at = notice.received_at
        case HoleSeen():
            cause = " (this watch was disconnected)" if notice.while_away else ""
            line, at = f"{notice.node}  MISSING events {_span(notice)}{cause}", notice.at
        case HoleFilled():
            line, at = f"{notice.node}  events {_span(notice)} have come after all", notice.at
        case Renumbered():
            line, at = f"{notice.node}  counts from {notice.seq} again (before: {notice.before})", notice.at
        case LinkChange():
            where = f": {notice.server}" if notice.server else ""
            state = f"connected again{where}" if notice.connected else f"NOT CONNECTED: {notice.reason}"
            line, at = f"broker  {state}", notice.at
        case Change():
            what = {"online": "online", "offline": "OFFLINE"}[notice.what]
            place = notice.node + (f"/{notice.view}  camera" if notice.view else " ")
            line, at = f"{place} {what}{' (since before this watch)' if notice.kept else ''}", notice.at
    return f"{rfc3339(at)}  {line}"


def _span(hole: HoleSeen | HoleFilled) -> str:
    return str(hole.first) if hole.first == hole.last else f"{hole.first} to {hole.last}"
