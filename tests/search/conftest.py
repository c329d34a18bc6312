"""Detailed assertion messages for helper modules, as for test modules."""

import pytest

pytest.register_assert_rewrite("tests.search.alike")
