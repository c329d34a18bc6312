"""Values that are written as text: what they stand for, and what is refused and never executed."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from pcheck import Id, Map, Set, Value
from pcheck.errors import UsageError
from pcheck.language.printing import brief, show
from pcheck.language.values import exact
from pcheck.loading.expressions import Names, fits, names_for, value_of
from pcheck.loading.setup import prepare
from pcheck.loading.spec import find
from pcheck.semantics.cluster_model import ClusterModel
from tests import draws as st
from tests.scenarios import workers
from tests.scenarios.workers import Ask, Box, Color, Pair, Say, Worker

W1, W2, V = Id("w1"), Id("w2"), Value("v1")


@pytest.fixture(scope="module")
def names() -> Names:
    spec = find(workers.__file__)
    model = prepare(spec, {}).model
    assert isinstance(model, ClusterModel)
    found = names_for(spec, model)
    # the file is loaded anew as a spec; the tests compare with its classes as they import them
    return {name: getattr(workers, name, each) for name, each in found.items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10", 10),
        ("-1", -1),
        ("0.5", 0.5),
        ("True", True),
        ("None", None),
        ("'a  b'", "a  b"),
        ("b'x'", b"x"),
        ("w1", W1),
        ("v1", V),
        ("()", ()),
        ("(1, w2)", (1, W2)),
        ("{w1, w2}", Set([W1, W2])),
        ("{1, True, 1.0}", Set([1, True, 1.0])),
        ("{w1: 1, v1: (None,)}", Map([(W1, 1), (V, (None,))])),
        ("{1: 'a', True: 'b'}", Map([(1, "a"), (True, "b")])),
        ("Set()", Set()),
        ("Map()", Map()),
        ("Set((w1, w2))", Set([W1, W2])),
        ("Color.BLUE", Color.BLUE),
        ("Ask(1)", Ask(1)),
        ("Ask(n=-1)", Ask(-1)),
        ("Pair(1, w2)", Pair(1, W2)),
        ("Pair(right=w2, left=1)", Pair(1, W2)),
        ("Box(Box({Say('x')}))", Box(Box(Set([Say("x")])))),
    ],
)
def test_a_text_stands_for_a_value(text: str, expected: object, names: Names) -> None:
    assert exact(value_of(text, names)) == exact(expected)


def values(depth: int = 2) -> st.Strategy[Any]:
    """Draw a value that pcheck prints so that it can be read back."""
    atoms = st.sampled_from(
        [0, 1, -7, True, None, 0.5, -0.0, 1e300, "", "a 'b' \n\\", b"\0'", W1, W2, V, Color.RED]
    )
    if depth == 0:
        return atoms
    inner = values(depth - 1)
    many = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        atoms,
        many.map(tuple),
        st.just(()),
        st.builds(Box, inner),
        st.builds(Pair, st.integers(-3, 3), st.sampled_from([W1, W2])),
        st.lists(inner, min_size=1, max_size=1).map(Set),
        st.builds(lambda key, value: Map([(key, value)]), inner, inner),
    )


def test_a_value_is_read_back_as_it_is_printed(names: Names) -> None:
    def read_back(value: Any) -> None:
        for text in (show(value), brief(value)):
            assert exact(value_of(text, names)) == exact(value)

    st.for_each(values(), 500, read_back)


NOT = "is not a value, such as 10, None or Vote(2, v1)"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 2",
        "=",
        "Ask(",
        "[1]",
        "...",
        "1j",
        "f'{1}'",
        "lambda: 1",
        "(lambda: 1)()",
        "1 if True else 2",
        "1 + 1",
        "not 1",
        "[x for x in (1,)]",
        "{**{}}",
        "(*w1,)",
        "Ask(*w1)",
        "Ask(1, **w1)",
        "Ask.__class__(1)",
        "Ask(1).n",
        "Ask(1)()",
        "w1[0]",
        "__import__('os').system('touch executed')",
        "eval('1')()",
        "x := 1",
        "yield 1",
        "await w1",
        "(" * 500 + ")" * 500,
        "-" * 100_000 + "1",
        "a." * 100_000 + "b",
        "9" * 5_000,
        "\0",
    ],
    ids=lambda text: text[:20],
)
def test_other_expressions_are_refused(
    text: str, names: Names, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        value_of(text, names)
    assert NOT in str(caught.value)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", "{}: write Set() or Map() instead of {}"),
        ("{w1, w1}", "{w1, w1}: a member is written twice"),
        ("{w1: 1, w1: 2}", "{w1: 1, w1: 2}: a key is written twice"),
        ("{Unsupported(1)}", "Unsupported.items must be tuple[int, ...], got 1"),
        ("Ask(n=1, n=2)", "Ask(n=1, n=2): a field of Ask is written twice"),
        ("Ask()", "Ask(...) raised TypeError: Ask.__init__() missing 1 required positional"),
        ("Ask(w1)", "Ask.n must be int, got w1"),
        ("Pair(w1, 1)", "Pair.left must be int, got w1"),
        ("Aks(1)", "unknown class 'Aks'; did you mean 'Ask'?"),
        ("Worker(1)", "unknown class 'Worker'; "),
        ("print(1)", "unknown class 'print'; "),
        ("exit()", "unknown class 'exit'; "),
        ("w1(1)", "unknown class 'w1'; "),
        ("Ask", "Ask is a class; write Ask(...)"),
        ("Color", "Color is an enum; write one of Color.RED or Color.BLUE"),
        ("Color(1)", "Color is an enum; write one of Color.RED or Color.BLUE"),
        ("Color.GREEN", "unknown member 'GREEN' of Color; expected RED or BLUE"),
        ("Color.__class__", "unknown member '__class__' of Color; expected RED or BLUE"),
        ("Colour.RED", "unknown enum 'Colour'; did you mean 'Color'?"),
        ("Ask.n", "unknown enum 'Ask'; "),
        ("Enum(1)", "unknown class 'Enum'; "),
        ("Enum.RED", "unknown enum 'Enum'; "),
        ("0x" + "f" * 5_000, "the value has a number with too many digits"),
        ("Box(0x" + "f" * 5_000 + ")", "the value has a number with too many digits"),
        ("Set(5)", "Set(...) raised TypeError: 'int' object is not iterable"),
    ],
    ids=lambda text: text[:20],
)
def test_a_mistake_in_a_value_is_named(text: str, expected: str, names: Names) -> None:
    with pytest.raises(UsageError) as caught:
        value_of(text, names)
    assert str(caught.value)[: len(expected)] == expected


def test_a_text_that_python_warns_about_prints_no_warning(names: Names) -> None:
    """Warnings are errors in tests; on a terminal they would be lines about nothing."""
    assert value_of("'\\d'", names) == "\\d"


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("count", 1, True),
        ("count", True, False),
        ("count", 1.0, False),
        ("rate", 1, True),
        ("rate", True, False),
        ("phase", "busy", True),
        ("phase", "other", False),
        ("phase", Value("busy"), False),
        ("color", Color.BLUE, True),
        ("color", 2, False),
        ("anything", object, True),
        ("heard", Set(), True),
        ("heard", Map(), False),
        ("pair", None, True),
        ("pair", (1, W1), False),
        ("unknown", 1, True),
    ],
)
def test_the_annotation_of_a_field_tells_which_values_fit(
    field: str, value: object, expected: bool
) -> None:
    assert fits(value, Worker, field) is expected


def test_texts_of_random_parts_never_do_anything_but_give_a_value_or_an_error(
    names: Names,
) -> None:
    parts = ["w1", "v1", "Ask", "Set", "Color", "(", ")", "{", "}", ",", ":", ".", "=", "*", "1"]
    parts += ["'", " ", "-", "__class__", "None", "[", "]", "lambda", "0x1f", "b''", "\\"]
    random, read = Random(3), 0
    for _ in range(20_000):
        text = "".join(random.choice(parts) for _ in range(random.randrange(1, 7)))
        try:
            exact(value_of(text, names))
            read += 1
        except UsageError:
            continue
    assert read > 1_000
