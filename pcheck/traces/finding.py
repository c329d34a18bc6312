"""What every picture is made from: a question, a run that answers it, and why it goes wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pcheck.language.property import Kind
from pcheck.loading.setup import Question
from pcheck.semantics.trace import Path
from pcheck.text import counted
from pcheck.traces.explanation import Explanation, explain
from pcheck.traces.saved import SavedRun
from pcheck.traces.timeline import Story, tell


@dataclass(frozen=True)
class Shown:
    """The run that is shown, its steps, and what there is to say of it."""

    question: Question
    run: SavedRun
    path: Path[Any]
    story: Story
    explanation: Explanation
    among: str = ""  # how many others there are

    @classmethod
    def of(cls, question: Question, run: SavedRun, path: Path[Any], among: str = "") -> Shown:
        """Tell the run, once, and explain it from that."""
        story = tell(question.model, path)
        return cls(question, run, path, story, explain(question, run, path, story), among)

    @property
    def good(self) -> bool:
        """Whether it leads to something that was looked for, and not to what may not be."""
        sought, model = self.question.sought, self.question.model
        props = [sought] if sought is not None else model.properties
        return any(p.name == self.run.property and p.kind is Kind.SOMETIMES for p in props)

    @property
    def title(self) -> str:
        """`The shortest run that violates agreement (14 steps)`."""
        does = "reaches" if self.good else "violates"
        steps = counted(len(self.run.steps), "step")
        return f"The shortest run that {does} {self.run.property} ({steps})"

    @property
    def ends(self) -> str:
        """What is so after its last step."""
        if self.good:
            return f"{self.run.property} is reached"
        return f"{self.run.property} is false now: {self.run.why}"

    @property
    def notes(self) -> Mapping[int, str]:
        """What is said beside some steps: how the correct protocol differs there."""
        return self.explanation.notes
