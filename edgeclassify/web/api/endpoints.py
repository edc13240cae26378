"""All endpoints there are, by subject."""

from collections.abc import Sequence

from edgeclassify.web.api.interface import Endpoint

ENDPOINTS: Sequence[Endpoint] = ()
"""In the order of the document."""
