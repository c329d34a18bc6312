"""The colours of a picture of a state graph, by day and by night.

Written out twice, in words that every program knows: some that draw SVG have no variables.
"""

from __future__ import annotations

from string import Template

SHAPES = """
text { font: 11px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.title { font-weight: bold; font-size: 13px; }
.letter, .state text, .step text { text-anchor: middle; font-size: 10px; }
.wrong .shape { stroke-width: 2; }
.first .shape { stroke-width: 3; }
.run .shape { stroke-width: 4; }
.letter, .run text { font-weight: bold; }
.step path { fill: none; }
.step text { paint-order: stroke; stroke-width: 3; stroke-linejoin: round; }
.step .near { stroke: transparent; stroke-width: 9; }
.run .line { stroke-width: 3.5; }
.state:hover .shape, .step:hover .line { stroke-width: 4; }
"""
COLOURS = Template("""
.paper { fill: $paper; }
text { fill: $ink; }
.faint { fill: $faint; }
.state .shape { fill: $shade; stroke: $faint; }
.good .shape { fill: $hoped; stroke: $good; }
.wrong .shape { fill: $refused; stroke: $wrong; }
.first .shape { stroke: $ink; }
.step .line { stroke: $line; }
.step text { stroke: $paper; }
.arrow { fill: $line; }
.run .line { stroke: $ink; }
.dark { fill: $ink; }
.step.wrong .line { stroke: $wrong; }
.state:hover .shape, .step:hover .line { stroke: $ink; }
""")
LIGHT = {
    "paper": "#ffffff",
    "shade": "#eef1f5",
    "line": "#a3adb8",
    "ink": "#1b1f24",
    "faint": "#545d68",
    "wrong": "#b42318",
    "refused": "#fbd5d1",
    "good": "#1a7033",
    "hoped": "#d3efda",
}
DARK = {
    "paper": "#14171b",
    "shade": "#262c33",
    "line": "#5d6873",
    "ink": "#e7eaee",
    "faint": "#a3acb7",
    "wrong": "#ff9d92",
    "refused": "#5c211c",
    "good": "#7fd694",
    "hoped": "#1c4327",
}
STYLE = (
    f"{SHAPES}{COLOURS.substitute(LIGHT)}"
    f"@media (prefers-color-scheme: dark) {{{COLOURS.substitute(DARK)}}}\n"
)
