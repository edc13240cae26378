"""What keeps the daemon from starting is known before anything is written."""

from pathlib import Path

from edgeclassify.config.editing.interface import KeyChange
from edgeclassify.setup.draft import Draft
from edgeclassify.setup.last_look import new_faults

TLS = '[mqtt.tls]\nca = "/nowhere/before.pem"\n'
MINE = '[[camera]]\nname = "porch"\nsource = "synthetic:"\n'


def test_faults_of_the_answers_are_told(tmp_path: Path) -> None:
    path = tmp_path / "edgeclassify.toml"
    path.write_text(MINE)
    draft = Draft.begin(path)
    assert new_faults(draft) == []
    (fault,) = new_faults(draft.changed([KeyChange(("mqtt", "tls"), {"ca": "/nowhere/ca.pem"})]))
    assert "/nowhere/ca.pem" in str(fault)


def test_faults_that_were_there_keep_nobody_from_another_answer(tmp_path: Path) -> None:
    path = tmp_path / "edgeclassify.toml"
    path.write_text(MINE + TLS)
    assert new_faults(Draft.begin(path).changed([KeyChange(("node", "name"), "shed")])) == []


def test_a_password_that_is_in_no_file_yet_counts(tmp_path: Path) -> None:
    path = tmp_path / "edgeclassify.toml"
    path.write_text(MINE)
    keys = [
        KeyChange(("mqtt", "username"), "porch"),
        KeyChange(("mqtt", "password_file"), str(tmp_path / "mqtt-password")),
    ]
    draft = Draft.begin(path).changed(keys)
    assert len(new_faults(draft)) == 1
    assert new_faults(draft.with_password("squirrel77")) == []
