"""The tables of a page: diagrams, reactions up to a depth, answers, and the correct protocol."""

from __future__ import annotations
