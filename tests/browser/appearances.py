"""How a page is looked at: the size of the screen, light or dark, the language."""

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Appearance:
    """`scheme`: what the system is set to; the page's own switch lies over it."""

    name: str
    width: int
    height: int
    scheme: Literal["light", "dark"] = "light"
    touch: bool = False
    language: str = "en-GB"

    def __str__(self) -> str:
        return f"{self.name}-{self.scheme}"

    def options(self) -> dict[str, Any]:
        """For a new context of the browser. Movements are left out: a test need not wait for them."""
        return {
            "viewport": {"width": self.width, "height": self.height},
            "color_scheme": self.scheme,
            "has_touch": self.touch,
            "is_mobile": self.touch,
            "locale": self.language,
            "reduced_motion": "reduce",
        }


PHONE = Appearance("phone", 360, 740, touch=True)
PHONE_DARK = Appearance("phone", 360, 740, "dark", touch=True)
DESKTOP = Appearance("desktop", 1280, 800)
DESKTOP_DARK = Appearance("desktop", 1280, 800, "dark")
EACH = (PHONE, PHONE_DARK, DESKTOP, DESKTOP_DARK)
SIZES = (PHONE, DESKTOP)
