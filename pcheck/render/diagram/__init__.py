"""The space-time diagram of a trace: its grid, its arrows and labels, and the SVG of both."""
