"""The log of a real system, compared with a protocol node by node.

A system can write its log with the handler and `event` of this package.
"""

from pcheck.audit.mapping import ranked
from pcheck.audit.writing import AuditFormatter, AuditHandler, event

__all__ = ["AuditFormatter", "AuditHandler", "event", "ranked"]
