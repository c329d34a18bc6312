"""Hypothesis settings for random protocols: each run of a test draws the same protocols."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase

COMMON: dict[str, Any] = {
    "derandomize": True,
    "deadline": None,
    "database": None,
    "suppress_health_check": list(HealthCheck),
    "phases": [
        Phase.generate
    ],  # add Phase.shrink for a smaller failing example; shrinking takes minutes
}
