"""A trace that is stepped through or played, in a terminal or on a page."""
