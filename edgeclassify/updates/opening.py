"""A manifest behind a URL: fetched, its signature checked, read; what is wrong with it is said with the URL."""

from collections.abc import Callable

from edgeclassify.updates.envelope import MOST_SIGNED_BYTES
from edgeclassify.updates.fetching import fetch_small, shown
from edgeclassify.updates.interface import Manifest, UpdateError
from edgeclassify.updates.manifest import manifest_of
from edgeclassify.updates.signature import verified


def opened_manifest(
    url: str, public_key: str, stopping: Callable[[], bool] = lambda: False
) -> tuple[bytes, Manifest]:
    """What was signed, and what it says. Raises FetchError, and UpdateError that names the URL."""
    content = fetch_small(url, MOST_SIGNED_BYTES, stopping)
    try:
        signed = verified(content, public_key)
        return signed, manifest_of(signed)
    except UpdateError as error:
        raise UpdateError(f"{shown(url)}: {error}") from error
