"""The endpoints of models."""

from http import HTTPStatus

from edgeclassify.web.api.interface import Endpoint
from edgeclassify.web.api.models import fetching, inside, listing, trying
from edgeclassify.web.api.models.bodies import Begun, ModelInside, ModelsHere, Tried, TryAsked

SUBJECT = "models"

MODELS = (
    Endpoint("GET", "/api/models", listing.list_models, "The models that there are.", SUBJECT, gives=ModelsHere),
    Endpoint(
        "GET",
        "/api/models/{name}",
        inside.show_inside,
        "What is inside one: its layers in figures, its labels.",
        SUBJECT,
        gives=ModelInside,
    ),
    Endpoint(
        "POST",
        "/api/models/{name}/fetch",
        fetching.begin_fetching,
        "Fetch one of the catalog; how far it is comes as job in the stream.",
        SUBJECT,
        gives=Begun,
        status=HTTPStatus.ACCEPTED,
    ),
    Endpoint(
        "POST",
        "/api/classify",
        trying.try_picture,
        "What a model says of a picture, of which nothing is kept.",
        SUBJECT,
        query=TryAsked,
        takes="image/*",
        most_bytes=trying.MOST_BYTES,
        gives=Tried,
    ),
)
