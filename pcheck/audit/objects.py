"""An audit as JSON."""

from __future__ import annotations

from typing import Any

from pcheck.audit.checks import FieldAudit
from pcheck.audit.places import Place
from pcheck.audit.result import Audit, Refusal, RunAudit, Violation


def audit_object(audit: Audit) -> dict[str, Any]:
    """Return an audit as a JSON object."""
    return {
        "spec": audit.setup.spec.name,
        "options": audit.setup.all_options,
        "files": list(audit.files),
        "runs": [_run(run) for run in audit.runs],
        "judged": list(audit.judged),
        "not_judged": list(audit.unjudged),
        "never_exercised": list(audit.never),
    }


def _run(run: RunAudit) -> dict[str, Any]:
    return {
        "run": run.run,
        "answer": run.answer.value,
        "events": run.events,
        "steps": run.steps,
        "hidden_steps": list(run.hidden),
        "assumed_messages": run.assumed,
        "begin_in_mid_run": list(run.begins_later),
        "undecided_because": run.undecided or None,
        "refusal": _refusal(run.refusal) if run.refusal is not None else None,
        "execution": list(run.execution) if run.execution is not None else None,
        "violations": [_violation(each) for each in run.violations],
    }


def _refusal(refusal: Refusal) -> dict[str, Any]:
    return {
        **_place(refusal.place),
        "event": refusal.event,
        "node": refusal.node,
        "state_before": dict(refusal.fields),
        "reason": refusal.reason,
        "possible_instead": list(refusal.instead),
        "depends_on_steps": refusal.past.steps,
    }


def _violation(violation: Violation) -> dict[str, Any]:
    place = _place(violation.place) if violation.place is not None else {}
    return {"property": violation.name, "why": violation.why, "step": violation.step, **place}


def _place(place: Place) -> dict[str, Any]:
    return {"file": place.file, "line": place.line}


def field_audit_object(audit: FieldAudit) -> dict[str, Any]:
    """Return the audit of a log's fields as a JSON object."""
    return {
        "about": audit.about,
        "counts": dict(audit.counts),
        "checks": [
            {
                "name": check.name,
                "meaning": check.meaning,
                "times": check.times,
                "faults": [{**_place(each.place), "text": each.text} for each in check.faults],
            }
            for check in audit.checks
        ],
        "inferred": dict(audit.inferred),
        "not_checked": dict(audit.unchecked),
    }
