"""All endpoints there are, by subject: each module of a subject has a tuple of them, and a line here."""

from collections.abc import Sequence

from edgeclassify.web.api.config import CONFIG
from edgeclassify.web.api.doctor import DOCTOR
from edgeclassify.web.api.document import with_document
from edgeclassify.web.api.entry import ENTRY
from edgeclassify.web.api.events.endpoints import EVENTS
from edgeclassify.web.api.interface import Endpoint
from edgeclassify.web.api.live import LIVE
from edgeclassify.web.api.log import LOG
from edgeclassify.web.api.metrics import MONITORING
from edgeclassify.web.api.models.endpoints import MODELS
from edgeclassify.web.api.node import NODE
from edgeclassify.web.api.pictures import PICTURES
from edgeclassify.web.api.requests import REQUESTS
from edgeclassify.web.api.teaching.endpoints import TEACHING
from edgeclassify.web.api.tuning import TUNING

ENDPOINTS: Sequence[Endpoint] = with_document(
    (
        *ENTRY,
        *MONITORING,
        *NODE,
        *LIVE,
        *PICTURES,
        *REQUESTS,
        *CONFIG,
        *TUNING,
        *EVENTS,
        *LOG,
        *DOCTOR,
        *MODELS,
        *TEACHING,
    )
)
"""In the order of the document."""
