"""A trace or a model, stepped through by hand in a terminal."""
