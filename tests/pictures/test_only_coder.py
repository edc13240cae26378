"""Pixels become bytes of a file in one module, so that a node without it can neither store nor send a picture."""

import ast
from collections.abc import Iterator
from pathlib import Path

import edgeclassify

PACKAGE = Path(edgeclassify.__file__).parent
CODER = "pictures/jpeg.py"
HEADS = "model/taught/head_parameters.py"
"""Writes the numbers of a fitted head."""
LETTERS = "pictures/font_lettering.py"
"""Draws letters with a library that could write files, too: of it only fonts may be used here, and no images."""
WRITERS = {"imencode", "imencodemulti", "imwrite", "imwritemulti", "imwriteanimation", "tofile"}
WRITERS |= {"savez", "savez_compressed", "savetxt"}
IMPORTS = {"PIL", "imageio", "matplotlib", "av", "skimage"}


def uses(source: str) -> Iterator[str]:
    """Every name in `source` that turns pixels into a file."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(attr=name) | ast.Name(id=name) if name in WRITERS:
                yield name
            case ast.Call(func=ast.Attribute(attr="VideoWriter") | ast.Name(id="VideoWriter")):
                yield "VideoWriter"
            case ast.Attribute(value=ast.Name(id="np" | "numpy"), attr="save"):
                yield "numpy.save"
            case ast.Constant(value=str(name)) if name in WRITERS:  # getattr(cv2, "imwrite")
                yield name
            case ast.Import(names=names):
                yield from (item.name for item in names if item.name.partition(".")[0] in IMPORTS)
            case ast.ImportFrom(module=str(module), names=names):
                if module.partition(".")[0] in IMPORTS:
                    yield module
                yield from (item.name for item in names if item.name in WRITERS)


def test_pixels_are_coded_in_one_module_only() -> None:
    found = {
        str(path.relative_to(PACKAGE)): sorted(set(names))
        for path in PACKAGE.rglob("*.py")
        if (names := list(uses(path.read_text(encoding="utf-8"))))
    }
    letters = set(found.pop(LETTERS, []))
    assert letters <= {"PIL", "PIL.ImageFont", "PIL.features"}
    assert found == {CODER: ["imencode"], HEADS: ["savez"]}


def test_of_pillow_fonts_alone_are_used() -> None:
    tree = ast.parse((PACKAGE / LETTERS).read_text(encoding="utf-8"))
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "PIL"]
    assert {item.name for node in imported for item in node.names} <= {"ImageFont", "features"}
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not attributes & {"save", "Image", "ImageFile", "tobitmap", "write", "write_bytes", "open"}


def test_the_search_finds_what_it_looks_for() -> None:
    sources = (
        'import cv2\ncv2.imwrite("a.png", b)', "from cv2 import imencode as e", 'getattr(cv2, "imwrite")(x)',
        "pixels.tofile(f)", "from PIL import Image", "import PIL.Image", "np.save(f, pixels)",
        'cv2.VideoWriter("x.avi", 0, 5, (8, 8))',
    )  # fmt: skip
    assert all(list(uses(source)) for source in sources)
    assert not list(uses('options.save()\ncv2.imdecode(data, 1)\ncv2.VideoWriter.fourcc(*"MJPG")'))
