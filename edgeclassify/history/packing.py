"""Bodies in few bytes: what all events have in common lies once in the database, as zlib's dictionary.

zlib checks what it gives back (Adler-32): a damaged row is noticed. The format: RFC 1950, FDICT.
"""

import sqlite3
import zlib

from edgeclassify.files.database import DamagedError

DICTIONARY = (
    b'"score":0.0,"0123456789abcdef0123456789abcdef,"quiet hours","cooldown","light change",'
    b'"gap","hold","problem","origin":"'
    b'"problems":["covered","moved","out_of_focus","dark"]"suspect":true,"shifted":{"x":0.0,"y":0.0}'
    b'"light_changed_s":'
    b'"config reloaded","stopped","gone after restart","paused","no frames","gap_s":"by":"unknown"'
    b'"novelty":"first ever","first today","first in days","days_since":1,"count_today":1'
    b'"lasting","lasting_s":600.0,'
    b'{"v":1,"event_type":"update","label":"","score":0.9,"seq":1,"id":"","ts":"2026-11-29T00:00:00.000Z",'
    b'"why":{"reason":"score rose","from":0.9,"score":0.9,"raw_score":0.9,"best":[{"label":"","score":0.9},'
    b'{"label":"","score":0.01},{"label":"","score":0.0}]}}'
    b'{"v":1,"event_type":"end","label":"","score":0.9,"seq":1,"id":"","ts":"2026-11-29T00:00:00.000Z",'
    b'"why":{"reason":"replaced","reason":"below threshold","threshold_exit":0.4,"confirm_s":1.0,"held_s":1.0,'
    b'"by":"","duration_s":12.5,"score":0.1,"raw_score":0.1,"best":[{"label":"","score":0.9},'
    b'{"label":"","score":0.01},{"label":"","score":0.0}],"blocked_by":"unknown","blocked_s":1.0}}'
    b'{"v":1,"event_type":"start","label":"","score":0.9,"seq":1,"id":"","ts":"2026-11-29T00:00:00.000Z",'
    b'"why":{"threshold_enter":0.6,"confirm_s":0.0,"held_s":0.0,"score":0.9,"raw_score":0.9,'
    b'"best":[{"label":"","score":0.9},{"label":"","score":0.01},{"label":"","score":0.0}]}}'
)
"""What a new database gets; one that is there keeps its own. What is most usual stands last."""


class Packer:
    """Packs and unpacks by one dictionary."""

    def __init__(self, dictionary: bytes) -> None:
        self._dictionary = dictionary

    def pack(self, body: bytes) -> bytes:
        """The body in fewer bytes."""
        packing = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS, 9, zlib.Z_DEFAULT_STRATEGY, self._dictionary)
        return packing.compress(body) + packing.flush()

    def unpack(self, packed: bytes) -> bytes:
        """The body again. Raises DamagedError, an error of the database, where it is not what was packed."""
        unpacking = zlib.decompressobj(zdict=self._dictionary)
        try:
            body = unpacking.decompress(packed) + unpacking.flush()
        except zlib.error as error:
            raise DamagedError(f"a row can't be read: {error}") from error
        if not unpacking.eof:
            raise DamagedError("a row is cut off")
        return body


def dictionary_of(connection: sqlite3.Connection) -> bytes:
    """That of an open database. May raise sqlite3.Error."""
    row = connection.execute("SELECT dictionary FROM packing").fetchone()
    if row is None or not isinstance(row[0], bytes):
        raise DamagedError("its dictionary is missing")
    return row[0]
