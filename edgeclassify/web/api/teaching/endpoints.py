"""The endpoints of taught models."""

from collections.abc import Sequence

from edgeclassify.web.api.interface import Endpoint
from edgeclassify.web.api.teaching import archives, bodies, gathered, kept_pictures, models_taught, shown, uploads

SUBJECT = "teaching"

TEACHING: Sequence[Endpoint] = (
    Endpoint(
        "GET", "/api/taught", models_taught.list_taught, "The taught models.", SUBJECT, gives=bodies.TaughtList
    ),
    Endpoint(
        "POST",
        "/api/taught/import",
        archives.import_model,
        "A model that was exported, as one of this node.",
        SUBJECT,
        query=bodies.ImportAsked,
        takes="application/zip",
        most_bytes=archives.MOST_BYTES,
        gives=bodies.TaughtSaid,
    ),
    Endpoint(
        "GET",
        "/api/taught/{model}",
        models_taught.show_taught,
        "A taught model: its classes, examples, what is missing, and how good it is.",
        SUBJECT,
        query=bodies.ExamplesAsked,
        gives=bodies.TaughtWhole,
    ),
    Endpoint("DELETE", "/api/taught/{model}", models_taught.remove_taught, "Take it away for good.", SUBJECT),
    Endpoint(
        "POST",
        "/api/taught/{model}/undo",
        models_taught.undo_change,
        "Take the last change back, or have a version again.",
        SUBJECT,
        body=bodies.UndoAsked,
        gives=bodies.TaughtSaid,
    ),
    Endpoint(
        "GET",
        "/api/taught/{model}/export.zip",
        archives.export_model,
        "The model as one file, for another machine.",
        SUBJECT,
        query=bodies.ExportAsked,
        gives="application/zip",
    ),
    Endpoint(
        "POST",
        "/api/taught/{model}/examples",
        uploads.add_picture,
        "A picture as an example of a label; the first one makes the model.",
        SUBJECT,
        query=bodies.UploadAsked,
        takes="image/*",
        most_bytes=uploads.MOST_BYTES,
        gives=bodies.Uploaded,
    ),
    Endpoint(
        "GET",
        "/api/views/{view}/still",
        shown.next_still,
        "The next picture that a view is shown, to be taught by.",
        SUBJECT,
        gives=bodies.StillSaid,
        needs_pictures=True,
    ),
    Endpoint(
        "GET",
        "/api/stills/{still}.jpg",
        shown.still_picture,
        "It; there for a moment.",
        SUBJECT,
        gives="image/jpeg",
        needs_pictures=True,
    ),
    Endpoint(
        "POST",
        "/api/taught/{model}/shown",
        shown.add_shown,
        "What was on the screen as an example of a label; the first one makes the model.",
        SUBJECT,
        body=bodies.ShownAsked,
        gives=bodies.Uploaded,
        needs_pictures=True,
    ),
    Endpoint(
        "GET",
        "/api/taught/{model}/examples/{example}.jpg",
        kept_pictures.example_picture,
        "The small picture of an example.",
        SUBJECT,
        gives="image/jpeg",
        needs_pictures=True,
    ),
    Endpoint(
        "POST",
        "/api/taught/{model}/test",
        uploads.test_picture,
        "What the model says of a picture, of which nothing is kept.",
        SUBJECT,
        query=bodies.TestAsked,
        takes="image/*",
        most_bytes=uploads.MOST_BYTES,
        gives=bodies.Tested,
    ),
    Endpoint(
        "GET",
        "/api/taught/{model}/clusters",
        gathered.list_clusters,
        "What was collected for it, in groups that are alike.",
        SUBJECT,
        gives=bodies.Clusters,
    ),
    Endpoint(
        "GET",
        "/api/taught/{model}/review",
        gathered.list_unsure,
        "What it was not sure of, the newest first.",
        SUBJECT,
        query=bodies.LimitAsked,
        gives=bodies.Unsure,
    ),
    Endpoint(
        "GET",
        "/api/looks/{look}.jpg",
        kept_pictures.look_picture,
        "The small picture of a look.",
        SUBJECT,
        gives="image/jpeg",
        needs_pictures=True,
    ),
)
"""In the order of the document."""
