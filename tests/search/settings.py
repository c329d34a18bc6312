"""Settings of Hypothesis for random protocols: the same protocols are drawn each time."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase

COMMON: dict[str, Any] = {
    "derandomize": True,
    "deadline": None,
    "database": None,
    "suppress_health_check": list(HealthCheck),
    "phases": [Phase.generate],  # add Phase.shrink to see a smaller one: it takes minutes
}
