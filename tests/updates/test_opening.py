"""What is wrong with a manifest is said with where it came from."""

from pathlib import Path

import pytest

from edgeclassify.updates.interface import UpdateError
from edgeclassify.updates.manifest import manifest_bytes
from edgeclassify.updates.opening import opened_manifest
from edgeclassify.updates.signature import new_private_key, public_key_of, signed
from tests.updates.made import manifest

KEY = new_private_key()
PUBLIC = public_key_of(KEY)


def test_what_is_signed_is_opened(tmp_path: Path) -> None:
    content = manifest_bytes(manifest())
    (tmp_path / "u").write_bytes(signed(content, KEY))
    assert opened_manifest(f"file:{tmp_path}/u", PUBLIC) == (content, manifest())


@pytest.mark.parametrize(
    "content", [b"junk", signed(manifest_bytes(manifest()), new_private_key()), signed(b"{}", KEY)]
)
def test_what_is_not_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "u").write_bytes(content)
    with pytest.raises(UpdateError) as caught:
        opened_manifest(f"file:{tmp_path}/u", PUBLIC)
    assert str(caught.value).startswith(f"file:{tmp_path}/u: ")
