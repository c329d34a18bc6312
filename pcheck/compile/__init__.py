"""The compiled engine: nodes are tabulated as automata, and machine code walks their product."""
