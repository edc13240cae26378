"""Which versions of a taught model are kept, and which one an undo goes back to."""

from collections.abc import Sequence

from edgeclassify.errors import UsageError
from edgeclassify.model.taught.manifest import Manifest, PastVersion

KEPT = 20
"""Versions that are kept behind the current one; as many again of those that only restore another."""


def as_past(manifest: Manifest) -> PastVersion:
    """The current version, when there is a newer one."""
    return PastVersion(manifest.version, manifest.changed_at, manifest.change, manifest.restores)


def kept_behind(manifest: Manifest) -> tuple[PastVersion, ...]:
    """The earlier versions of the next version, the oldest first.

    Versions that restore another are counted by themselves: who undoes much loses nothing by it.
    """
    past = (*manifest.past, as_past(manifest))
    changes = [one for one in past if one.restores is None][-KEPT:]
    restoring = [one for one in past if one.restores is not None][-KEPT:]
    return tuple(sorted((*changes, *restoring), key=lambda one: one.version))


def origin(one: Manifest | PastVersion) -> int:
    """The version whose content this one has."""
    return one.version if one.restores is None else one.restores


def one_back(manifest: Manifest) -> PastVersion:
    """The version before the change that made the current content. Raises UsageError where none is kept."""
    before = [one for one in manifest.past if one.version < origin(manifest)]
    if before:
        return before[-1]
    found = "this is how it began" if origin(manifest) == 1 else f"the {KEPT} last ones are kept"
    raise UsageError(f"{manifest.name}: expected a change that can be undone, found none: {found}.")


def named(manifest: Manifest, version: int) -> PastVersion:
    """A version that is kept. Raises UsageError."""
    found = next((one for one in manifest.past if one.version == version), None)
    if found is not None:
        return found
    if version == manifest.version:
        raise UsageError(f"{manifest.name}: is at version {version}: nothing is to be changed.")
    raise UsageError(
        f"{manifest.name}: expected a version that is kept ({_listed(manifest.past)}), found {version}. "
        "Choose one of them."
    )


def _listed(past: Sequence[PastVersion]) -> str:
    return ", ".join(str(one.version) for one in past) or "none yet"
