"""The result of a check: what a search found, to read, assert, draw and save."""
