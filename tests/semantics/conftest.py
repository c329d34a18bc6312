"""Rewrite the assertions of the helpers, so that pytest shows their values."""

import pytest

pytest.register_assert_rewrite("tests.semantics.counter")
