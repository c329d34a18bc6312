"""Scenarios: executions written by hand, in labels, with what they are expected to show."""
