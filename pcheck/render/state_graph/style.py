"""The style sheet of a state graph picture, for light and dark pages.

The rules with colours are written twice, because some SVG renderers do not support variables.
"""

from __future__ import annotations

from pcheck.render.svg.colours import Colour, dark, light

SHAPES = """
text { font: 11px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.title { font-weight: bold; font-size: 13px; }
.letter, .state text, .step text { text-anchor: middle; font-size: 10px; }
.wrong .shape { stroke-width: 2; }
.first .shape { stroke-width: 3; }
.trace .shape { stroke-width: 4; }
.letter, .trace text { font-weight: bold; }
.step path { fill: none; }
.step text { paint-order: stroke; stroke-width: 3; stroke-linejoin: round; }
.step .near { stroke: transparent; stroke-width: 9; }
.trace .line { stroke-width: 3.5; }
.state:hover .shape, .step:hover .line { stroke-width: 4; }
"""
FILLS = """
.paper { fill: @paper; }
text { fill: @ink; }
.faint { fill: @faint; }
.state .shape { fill: @shade; stroke: @faint; }
.good .shape { fill: @hoped; stroke: @good; }
.wrong .shape { fill: @refused; stroke: @wrong; }
.first .shape { stroke: @ink; }
.step .line { stroke: @line; }
.step text { stroke: @paper; }
.arrow { fill: @line; }
.trace .line { stroke: @ink; }
.dark { fill: @ink; }
.step.wrong .line { stroke: @wrong; }
.state:hover .shape, .step:hover .line { stroke: @ink; }
"""
GRAPH_COLOURS = {
    "paper": Colour("#ffffff", "#14171b"),
    "shade": Colour("#eef1f5", "#262c33"),
    "line": Colour("#a3adb8", "#5d6873"),
    "ink": Colour("#1b1f24", "#e7eaee"),
    "faint": Colour("#545d68", "#a3acb7"),
    "wrong": Colour("#b42318", "#ff9d92"),
    "refused": Colour("#fbd5d1", "#5c211c"),
    "good": Colour("#1a7033", "#7fd694"),
    "hoped": Colour("#d3efda", "#1c4327"),
}
GRAPH_STYLE = (
    f"{SHAPES}{light(FILLS, GRAPH_COLOURS)}"
    f"@media (prefers-color-scheme: dark) {{{dark(FILLS, GRAPH_COLOURS)}}}\n"
)
