"""The endpoints of the log of events."""

from edgeclassify.contract.responses import HistoryOverview
from edgeclassify.web.api.events import exports, pages, pictures
from edgeclassify.web.api.events.bodies import EventsPage, WhichCounts, WhichEvents, WhichPage
from edgeclassify.web.api.interface import Endpoint

SUBJECT = "events"

EVENTS = (
    Endpoint(
        "GET",
        "/api/events",
        pages.list_events,
        "Events of the node's own log, page by page.",
        SUBJECT,
        query=WhichPage,
        gives=EventsPage,
    ),
    Endpoint(
        "GET",
        "/api/events/counts",
        pages.count_events,
        "How often labels started in each day or hour.",
        SUBJECT,
        query=WhichCounts,
        gives=HistoryOverview,
    ),
    Endpoint(
        "GET",
        "/api/events/{seq}/picture.jpg",
        pictures.event_picture,
        "The picture of an event: its snapshot, else what the model saw.",
        SUBJECT,
        gives="image/jpeg",
        needs_pictures=True,
    ),
    Endpoint(
        "GET",
        "/api/events.csv",
        exports.export_csv,
        "All of them, oldest first, for a spreadsheet.",
        SUBJECT,
        query=WhichEvents,
        gives=exports.CSV,
    ),
    Endpoint(
        "GET",
        "/api/events.jsonl",
        exports.export_lines,
        "All of them, oldest first, a JSON object per line.",
        SUBJECT,
        query=WhichEvents,
        gives=exports.JSON_LINES,
    ),
)
