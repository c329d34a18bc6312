"""Printed output: the report of a search, the drawn trace, the explanation and the levels."""
