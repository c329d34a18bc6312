"""The lock server of the page that teaches the language, as corrected there, with changed lines."""

from __future__ import annotations

import re
from pathlib import Path

from pcheck import Result, check
from pcheck.loading.spec import SHIPPED

PAGE = (SHIPPED / "README.md").read_text("utf-8")
LOCK, DURABLE, *_ = re.findall(r"```python\n(.*?)```", PAGE, re.S)


def changed(*changes: tuple[str, str]) -> Path:
    """Write the protocol with these changes of its text to lock.py in the current folder."""
    text = LOCK
    for old, new in (("    holder: Id | None = volatile(None)\n", DURABLE), *changes):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    file = Path("lock.py")
    file.write_text(text, encoding="utf-8")
    return file


def checked(*changes: tuple[str, str], reduce: str | None = None) -> Result:
    """Check the changed protocol."""
    return check(changed(*changes), reduce=reduce)
