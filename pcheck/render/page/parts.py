"""The files that pages are assembled from, and the data that is written into a page."""

from __future__ import annotations

import base64
import hashlib
import json
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

PARTS = resources.files("pcheck.render.page")


def part(name: str, folder: Traversable = PARTS) -> str:
    """Return the text of a file."""
    return (folder / name).read_text(encoding="utf-8")


def allowed(script: str) -> str:
    """Return the words with which a page allows exactly this script."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def embedded(value: dict[str, Any] | str) -> str:
    """Return a value as JSON without characters that could end the surrounding element."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
