"""The log of a real system, compared with a protocol node by node."""
