"use strict";
// Reads jobs from standard input: the number of some tables, a network, and the labels of walks.
// Takes the steps with the engine of the page, and prints what it says after every step.
const { Engine, Run } = require(process.argv[2]);
const { tables, jobs } = JSON.parse(require("node:fs").readFileSync(0, "utf-8"));

function shown(run) {
  const { engine, state, last } = run;
  const names = engine.data.nodes.map(({ name }) => name);
  const text = (letter) => Object.values(engine.letter(letter)).join(": ");
  const verdicts = engine.data.judges.flatMap(({ name, kind }, at) => {
    if (kind === "milestone") return [];
    const { isComputed, step = null, why = null } = last.verdicts[at];
    return [[name, isComputed ? [step, why] : "not computed"]];
  });
  const wrong = engine.data.judges.filter(({ kind }, at) => kind === "always" && last.verdicts[at].step !== undefined);
  return {
    stories: Object.fromEntries(wrong.map((judge) => [judge.name, run.story(judge) ?? null])),
    steps: engine.steps(state).map(({ step }) => step.label),
    ignored: engine.ignored(state).map(({ node, letter, why }) => [names[node], text(letter), why]),
    waiting: engine.waiting(state).map(({ node, letter }) => [names[node], text(letter)]),
    unknown: engine.unknown(state).length,
    fields: Object.fromEntries(names.map((name, node) => [name, engine.fields(state, node)])),
    down: names.filter((_, node) => !engine.isUp(state, node)),
    inboxes: names.map((_, node) => engine.inbox(state, node).map(text)),
    crashes: engine.crashes(state),
    milestones: last.milestones.sort(),
    why: last.step?.why ?? "",
    verdicts: Object.fromEntries(verdicts),
  };
}

function followed(engine, labels) {
  const run = new Run(engine);
  const found = [shown(run)];
  for (const label of labels) {
    if (!run.take(label)) return [...found, `not possible: ${label}`];
    found.push(shown(run));
  }
  return found;
}

const answers = jobs.map(({ number, network, walks }) => {
  const engine = new Engine({ ...tables[number], network });
  return walks.map((labels) => followed(engine, labels));
});
process.stdout.write(JSON.stringify(answers));
