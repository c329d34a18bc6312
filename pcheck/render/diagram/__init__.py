"""A run as a space-time diagram: where everything stands in it, before any of it is drawn."""
