"""What the helpers assert is told as what the tests assert is."""

import pytest

pytest.register_assert_rewrite("tests.search.alike")
