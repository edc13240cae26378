"""Taught models as files, out and in."""

import io
import zipfile
from pathlib import Path

import pytest

from edgeclassify.config import WebConfig
from edgeclassify.web.api.teaching.archives import sweep_unfinished
from edgeclassify.web.page import Page
from tests.support.broker import free_port
from tests.support.lessons import CAT, ESPRESSO
from tests.web.api.teaching.taught_node import Asking, TaughtNode, fit, teach

AS_ZIP = {"Content-Type": "application/zip"}


@pytest.fixture
def zipped(ask: Asking) -> bytes:
    teach("pets", "cat", CAT, 3)
    teach("pets", "cup", ESPRESSO, 3)
    fit("pets")
    answer = ask("GET", "/api/taught/pets/export.zip")
    assert answer.headers["content-disposition"] == 'attachment; filename="pets.taught.zip"'
    return answer.content


def test_what_goes_out_comes_in_under_another_name(ask: Asking, zipped: bytes, tmp_path: Path) -> None:
    said = ask.json("POST", "/api/taught/import", params={"name": "dogs"}, content=zipped, headers=AS_ZIP)
    assert (said["name"], said["is_fitted"]) == ("dogs", True)
    assert [one["examples"] for one in said["labels"]] == [3, 3]
    assert ask.said == [("teaching", {"model": "dogs"})]
    assert not [*tmp_path.glob(".export-*"), *tmp_path.glob(".import-*")]


def test_pictures_may_stay_here(ask: Asking, zipped: bytes) -> None:
    without = ask("GET", "/api/taught/pets/export.zip", params={"pictures": "false"}).content
    assert any(name.endswith(".jpg") for name in zipfile.ZipFile(io.BytesIO(zipped)).namelist())
    assert not any(name.endswith(".jpg") for name in zipfile.ZipFile(io.BytesIO(without)).namelist())


def test_a_name_that_is_taken_is_replaced_only_where_that_is_said(ask: Asking, zipped: bytes) -> None:
    refusal = ask.refused(400, "POST", "/api/taught/import", content=zipped, headers=AS_ZIP)
    assert "expected a new name for the taught model in the file," in refusal
    said = ask.json("POST", "/api/taught/import", params={"replace": "true"}, content=zipped, headers=AS_ZIP)
    assert said["version"] > 1


def test_a_file_that_is_none_is_refused_without_its_place_here(ask: Asking, tmp_path: Path) -> None:
    for content in (b"no zip at all", b"PK\5\6" + bytes(18)):
        refusal = ask.refused(422, "POST", "/api/taught/import", content=content, headers=AS_ZIP)
        assert "expected a taught model" in refusal
        assert str(tmp_path) not in refusal
    assert ask.json("GET", "/api/taught")["models"] == []
    assert not [*tmp_path.glob(".import-*")]


def test_a_model_that_is_not_there_has_no_file(ask: Asking, tmp_path: Path) -> None:
    assert ask("GET", "/api/taught/pets/export.zip").status_code == 404
    assert not [*tmp_path.glob(".export-*")]


def test_what_a_power_cut_left_is_swept_before_any_is_on_its_way(tmp_path: Path) -> None:
    (tmp_path / ".import-a").mkdir()
    (tmp_path / ".import-a" / "model.taught.zip").write_bytes(b"PK")
    (tmp_path / ".export-b.taught.zip").write_bytes(b"PK")
    (tmp_path / "looks.sqlite").write_bytes(b"")
    page = Page(WebConfig(enabled=True, port=free_port()), TaughtNode(tmp_path))
    page.start()
    try:
        assert not [*tmp_path.glob(".export-*"), *tmp_path.glob(".import-*")]
        (tmp_path / ".export-c").write_bytes(b"PK")
    finally:
        page.stop(1.0)
    sweep_unfinished(tmp_path)
    assert {one.name for one in tmp_path.iterdir()} >= {"looks.sqlite", ".export-c"}
