"""The style sheet of a diagram for light pages, dark pages and print.

Many converters to PDF support less of CSS than browsers do. They skip the `@supports` block and use
the light colours. Browsers read the block, which defines the colours as variables with values for
dark pages, and adds a halo around letters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pcheck.render.svg.colours import Colour, light, replaced

DIAGRAM_COLOURS = {
    "page": Colour("#ffffff", "#14171c"),
    "ink": Colour("#1b2026", "#e8ebf0"),
    "soft": Colour("#59636e", "#a3adb9"),
    "lane": Colour("#98a2ae", "#66717e"),
    "box": Colour("#e9edf2", "#2a313b"),
    "band": Colour("#f5f7f9", "#1a1e24"),
    "red": Colour("#b3201a", "#ff8d83"),
    "reddish": Colour("#fce8e6", "#3d1c1c"),
    "gold": Colour("#6f4a00", "#f3c654"),
    "golden": Colour("#fdf0c8", "#362b0e"),
    "green": Colour("#1c6b33", "#86d89b"),
    "greenish": Colour("#e2f4e6", "#16301d"),
    "kind0": Colour("#1d5fa8", "#82b9f7"),
    "kind1": Colour("#00736b", "#63d3c4"),
    "kind2": Colour("#7838a6", "#d0a0f4"),
    "kind3": Colour("#8a4b0f", "#e8ad70"),
    "kind4": Colour("#a3216b", "#f792c8"),
    "kind5": Colour("#477314", "#a6d873"),
}
MESSAGE_COLOURS = 6  # types of messages share these colours in turn
# font sizes
HEADING_SIZE, NAME_SIZE, LABEL_SIZE, TEXT_SIZE, ARROW_LABEL_SIZE = 15.0, 14.0, 13.0, 12.0, 12.0

RULES = """
.pc-trace{font-family:Arial,"Liberation Sans",Helvetica,sans-serif;font-size:12px;color:@ink}
.pc-page{fill:@page}
.pc-band{fill:@band}
.pc-band.pc-even{fill:none}
.pc-band.pc-wrong{fill:@reddish}
.pc-band.pc-true{fill:@golden}
.pc-name rect{fill:@box;stroke:@lane}
.pc-name text{fill:@ink;font-size:14px;font-weight:bold;text-anchor:middle}
.pc-lane{stroke:@lane;stroke-width:1.6}
.pc-down{stroke-dasharray:3 5}
.pc-milestone rect{fill:@golden}
.pc-milestone text{fill:@gold;font-weight:bold}
.pc-way{fill:none;stroke:currentColor;stroke-width:1.5}
.pc-lost .pc-way{stroke-dasharray:4 3}
.pc-in-flight .pc-way{stroke-dasharray:0 4;stroke-linecap:round;stroke-width:2}
.pc-head{fill:currentColor}
.pc-cross{fill:none;stroke:@ink;stroke-width:1.8}
.pc-word{fill:currentColor}
.pc-dot{fill:@ink;stroke:@page;stroke-width:1.5}
.pc-refused .pc-dot{fill:@red}
.pc-also{fill:@page;stroke:@soft;stroke-width:1.5}
.pc-up{fill:@page;stroke:@ink;stroke-width:2.4}
.pc-crash{fill:none;stroke:@ink;stroke-width:3.2}
.pc-refused .pc-crash,.pc-refused .pc-up{stroke:@red}
.pc-number{fill:@soft;text-anchor:end}
.pc-label{fill:@ink;font-size:13px;font-weight:bold}
.pc-refused .pc-label,.pc-note{fill:@red}
.pc-change{fill:@soft}
.pc-end rect{fill:@reddish}
.pc-end text{fill:@red;font-size:13px;font-weight:bold}
.pc-good rect{fill:@greenish}
.pc-good text{fill:@green}
.pc-heading{fill:@ink;font-size:15px;font-weight:bold}
.pc-about{fill:@ink}
.pc-legend text{fill:@soft}
.pc-legend rect{stroke:@lane}
"""
HALO = """
.pc-word{stroke:@page;stroke-width:3.5px;stroke-linejoin:round;paint-order:stroke}
"""


def _style() -> str:
    rules = RULES.strip() + "".join(
        f"\n.pc-kind{n}{{color:@kind{n}}}" for n in range(MESSAGE_COLOURS)
    )
    coloured = [
        f"{which}{{{';'.join(each for each in how.split(';') if '@' in each)}}}"
        for which, how in re.findall(r"(.*)\{(.*)\}", rules)
        if "@" in how
    ]
    on_light = _variables({name: each.light for name, each in DIAGRAM_COLOURS.items()})
    on_dark = _variables({name: each.dark for name, each in DIAGRAM_COLOURS.items()})
    themes = (
        on_light,
        f"@media (prefers-color-scheme:dark){{{on_dark}}}",
        f"@media print{{{on_light}}}",
        replaced("\n".join([*coloured, HALO.strip()]), "var(--pc-{})".format),
    )
    plain, inner = light(rules, DIAGRAM_COLOURS), "\n".join(themes)
    return f"\n{plain}\n@supports (color:var(--pc-ink)) and (paint-order:stroke){{\n{inner}\n}}\n"


def _variables(colours: Mapping[str, str]) -> str:
    named = (f"--pc-{name}:{colour}" for name, colour in colours.items())
    return f".pc-trace{{{';'.join(named)}}}"


DIAGRAM_STYLE = _style()
