"""The page about audits: its examples run, and print what the page says."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

from pcheck.audit.events import FIELDS
from pcheck.cli.audit import FIELD_FORMATS
from pcheck.loading.module import SHIPPED

Ends = Callable[..., tuple[int, str, str]]
PAGE = (SHIPPED / "AUDIT.md").read_text(encoding="utf-8")
(LOG,) = re.findall(r"```json\n(.*?)```", PAGE, re.S)
NAMES, WRITING = re.findall(r"```python\n(.*?)```", PAGE, re.S)


def test_the_example_prints_what_the_page_shows(pcheck: Ends) -> None:
    Path("log.ndjson").write_text(LOG)
    ((arguments, shown),) = re.findall(r"```console\n\$ pcheck (.*?)\n(.*?)```", PAGE, re.S)
    status, out, err = pcheck(*arguments.split())
    assert (status, err) == (1, "")
    (wanted,) = [part for part in shown.split("...\n") if part]
    assert wanted in out


def test_the_translation_of_the_page_works(pcheck: Ends) -> None:
    Path("names.py").write_text(NAMES)
    Path("log.ndjson").write_text(
        '{"who": "server-1", "what": "asked", "ballot": [17, 7]}\n'
        '{"who": "client-7", "what": "begins", "ballot": [17, 7]}\n'
    )
    status, out, _ = pcheck("audit", "paxos", "log.ndjson", "--map", "names.py", "-q")
    assert (status, out.split(":")[0]) == (0, "SOUND")


def test_a_log_is_written_as_the_page_says(pcheck: Ends) -> None:
    prepare, promise = SimpleNamespace(ballot=1), SimpleNamespace(ballot=1)
    logger = logging.getLogger("paxos.events")
    try:
        exec(compile(WRITING, "page", "exec"), {"src": "p1", "msg": prepare, "answer": promise})
    finally:
        for handler in list(logger.handlers):
            logger.removeHandler(handler)
            handler.close()
    text = Path("a1.ndjson").read_text()
    assert re.sub(r'"time": [\d.]+', '"time": 0', text) == (
        '{"node": "a1", "event": "deliver", "from": "p1", "message": {"type": "SimpleNamespace", '
        '"ballot": 1}, "sends": [{"to": ["p1"], "message": {"type": "SimpleNamespace", '
        '"ballot": 1}}], "time": 0}\n'
    )


def test_the_page_names_every_field_and_format() -> None:
    fields = re.findall(r"^\| (`[^|]*) \|", PAGE, re.M)
    named = re.findall(r"`(.*?)`", " ".join(fields))
    assert set(FIELDS) <= set(named)
    assert set(FIELD_FORMATS) <= set(named)
