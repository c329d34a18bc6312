"""The compiled engine: machine code that searches the product of numbered node automata."""
