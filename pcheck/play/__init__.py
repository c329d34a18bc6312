"""The stepper: a trace on the screen of a terminal, step by step."""
