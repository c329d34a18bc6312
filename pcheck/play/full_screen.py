"""A program on the whole terminal: its screen is drawn anew after keys, and if its size changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress

from rich.console import Console, ConsoleOptions, RenderableType
from rich.control import Control
from rich.screen import Screen
from rich.segment import Segment
from rich.text import Text

from pcheck.play.keys import keyboard

Lines = list[list[Segment]]
Draw = Callable[..., Lines]
QUIT = {"q", "escape", "stop"}


def follow_keys(
    console: Console, screen: Callable[[], RenderableType], press: Callable[[str], object]
) -> None:
    """Draw `screen()`, and call `press` for each key, until the user quits."""
    with keyboard() as typed, console.screen(), suppress(KeyboardInterrupt, EOFError):
        size = None
        while True:
            if size != console.size:
                size = console.size
                fill(console, screen())
            for key in typed():
                if key in QUIT:
                    return
                press(key)
                size = None


def fill(console: Console, screen: RenderableType) -> None:
    """Draw the whole screen in one write, so that the screen does not flicker."""
    with console:
        console.control(Control.home())
        console.print(Screen(screen), end="")


def rule(options: ConsoleOptions, text: str) -> Text:
    """Return a line across the screen that begins with a text."""
    line = "-" if options.ascii_only else "─"
    return Text(f"{line * 2} {text} ".ljust(options.max_width, line), "dim", no_wrap=True)


def line_of_keys(options: ConsoleOptions, wordings: Iterable[str]) -> Text:
    """Return the first wording that fits, or the last one."""
    *longer, last = wordings
    fitting = (each for each in longer if len(each) <= options.max_width)
    return Text(next(fitting, last), "dim", no_wrap=True)
