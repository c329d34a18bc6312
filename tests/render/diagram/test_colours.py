"""The colours of a diagram: legible on light pages, on dark pages and in print."""

from __future__ import annotations

import re

import pytest

from pcheck.render.diagram.style import DIAGRAM_COLOURS
from tests.render.diagram.drawn import SVG, picture


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_text_contrasts_with_its_background(theme: int) -> None:
    """The Web Content Accessibility Guidelines demand a contrast of at least 4.5 to 1."""
    grounds = {
        "page": ["ink", "soft", "red", *(f"kind{n}" for n in range(6))],
        "band": ["ink", "soft", *(f"kind{n}" for n in range(6))],
        "reddish": ["ink", "soft", "red", *(f"kind{n}" for n in range(6))],
        "golden": ["gold", *(f"kind{n}" for n in range(6))],
        "greenish": ["green"],
        "box": ["ink"],
    }
    faint = {}
    for ground, texts in grounds.items():
        for text in texts:
            pair = (luminance(DIAGRAM_COLOURS[each][theme]) for each in (ground, text))
            low, high = sorted(pair)
            if (ratio := (high + 0.05) / (low + 0.05)) < 4.5:
                faint[text, ground] = round(ratio, 2)
    assert faint == {}


def test_print_has_the_colours_of_a_light_page() -> None:
    style = picture("bare").root.find(f"{SVG}style")
    assert style is not None
    themes = re.findall(r"\.pc-trace\{(--pc-[^}]*)\}", style.text or "")
    media = re.findall(r"@media ([^{]*)\{", style.text or "")
    light, dark, printed = (dict(each.split(":") for each in t.split(";")) for t in themes)
    assert media == ["(prefers-color-scheme:dark)", "print"]
    assert (light == printed, light.keys() == dark.keys(), light["--pc-page"]) == (
        True,
        True,
        "#ffffff",
    )
