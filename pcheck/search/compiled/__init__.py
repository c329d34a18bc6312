"""The compiled engine: searches the product of numbered node automata in machine code."""
