"""Licences of what is shipped: judged, listed, refused where nobody has looked."""

from pathlib import Path

import pytest
from supply.debian_copyright import copyright_file
from supply.licence_list import licence_list
from supply.licences import LicenceError, Licences
from supply.packages import Library, read_wheel, read_wheels

from tests.packaging.supply.wheels import wheel

MIT = "The MIT License\n\nCopyright (c) 2020 Somebody\n\nPermission is hereby granted.\n"


@pytest.mark.parametrize(
    ("metadata", "licence"),
    [
        ("License-Expression: MIT", "MIT"),
        ("License-Expression: EPL-2.0 OR BSD-3-Clause", "EPL-2.0 OR BSD-3-Clause"),
        ("License: Apache 2.0", "Apache-2.0"),
        ("Classifier: License :: OSI Approved :: ISC License", "ISC"),
        ("License: a long text\nClassifier: License :: OSI Approved :: MIT License", "MIT"),
    ],
)
def test_what_a_wheel_says_of_its_licence(metadata: str, licence: str, tmp_path: Path) -> None:
    assert Licences().of_package(read_wheel(wheel(tmp_path, "some", metadata=metadata))) == licence


@pytest.mark.parametrize(
    "metadata", ["", "License: as is", "License-Expression: AGPL-3.0-only", "License-Expression: MIT AND SSPL-1.0"]
)
def test_a_licence_that_nobody_has_looked_at_is_refused(metadata: str, tmp_path: Path) -> None:
    with pytest.raises(LicenceError, match=r"some 1\.0 says .*licences\.toml"):
        Licences().of_package(read_wheel(wheel(tmp_path, "some", metadata=metadata)))


def test_a_library_that_nobody_has_looked_at_is_refused() -> None:
    licences = Licences()
    assert licences.of_library(Library("libavcodec-a1306cce.so.62.28.102", ""))[0] == "FFmpeg"
    assert licences.of_library(Library("libopenblas64_p-r0-17488984.3.23.dev.so", ""))[0] == "OpenBLAS"
    with pytest.raises(LicenceError, match="libnew"):
        licences.of_library(Library("libnew-12345678.so.1", ""))


def test_the_copyright_file_names_holders_places_and_texts(tmp_path: Path) -> None:
    wheel(tmp_path, "some", metadata="License-Expression: MIT", files={"INFO/licenses/LICENSE": MIT})
    wheel(tmp_path, "other", metadata="License: Apache-2.0", files={"other.libs/libgfortran-1234.so.5": "native"})
    found = copyright_file(read_wheels(tmp_path), "usr/lib/x")
    paragraphs = found.split("\n\n")
    assert paragraphs[0].startswith("Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/")
    assert (
        "Files: usr/lib/x/some-1.0.dist-info/*\n usr/lib/x/some.py\nCopyright: 2020 Somebody\nLicense: MIT"
        in found
    )
    assert "License: MIT\n The MIT License\n ." in found
    assert "/usr/share/common-licenses/Apache-2.0" in found
    assert "License: GPL-3.0-or-later with GCC-3.1 exception\n This is" in found
    named = {
        line for part in paragraphs if part.startswith("Files") for line in part.splitlines() if "License:" in line
    }
    told = {part.splitlines()[0] for part in paragraphs if part.startswith("License:")}
    assert named <= told, "each licence that a paragraph names has one of its own"


def test_the_list_says_which_package_has_which_version(tmp_path: Path) -> None:
    wheel(tmp_path / "a", "some", "1.0", "License-Expression: MIT")
    wheel(tmp_path / "b", "some", "2.0", "License-Expression: MIT")
    wheel(tmp_path / "a", "same", "3.0", "License-Expression: MIT")
    wheel(tmp_path / "b", "same", "3.0", "License-Expression: MIT")
    found = licence_list({name: read_wheels(tmp_path / name) for name in "ab"})
    assert "| some | 1.0 (a); 2.0 (b) | MIT |" in found
    assert "| same | 3.0 | MIT |" in found
    assert "| uPlot | Leon Sorokin | MIT |" in found


def test_what_is_named_within_our_own_package_is_there() -> None:
    checkout = Path(__file__).parents[3]
    for one in Licences().within:
        assert list(checkout.glob(one.files)), one.files
