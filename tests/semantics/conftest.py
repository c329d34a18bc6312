"""Assertions of the helpers are shown in full, as those of the tests are."""

import pytest

pytest.register_assert_rewrite("tests.semantics.counter")
