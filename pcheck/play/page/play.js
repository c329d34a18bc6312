"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const make = (name, properties = {}, ...inside) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...inside.filter((each) => each !== null && each !== ""));
    return made;
  };
  const counted = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
  const { tables, saved, first, page } = JSON.parse(byId("data").textContent);
  const hasAddress = location.protocol !== "about:"; // not inside the page of a lesson
  const engine = new Pcheck.Engine(tables);
  const given = tables.given && `; ${tables.given}`; // the end of every verdict
  const names = tables.nodes.map(({ name }) => name);
  const [svg, events, cards] = [byId("paper").firstElementChild, byId("events"), byId("cards")];
  const properties = tables.judges
    .map((judge, at) => ({ ...judge, at }))
    .filter(({ kind }) => kind !== "milestone");
  const isNarrow = matchMedia("(max-width: 56rem)");
  const isAlways = ({ kind }) => kind === "always";
  let run = new Pcheck.Run(engine);
  let goal = null; // the label of a step that leads to the goal, as far as one is known
  let worker = null;

  // -- the words for a step ----------------------------------------------------------------------

  function changes({ step, state }, before) {
    const [was, now] = [before.state, state].map((each) => engine.fields(each, step.node));
    return Object.keys(now).filter((name) => now[name] !== was[name])
      .map((name) => `${name} = ${now[name]}`);
  }
  function sends({ step }) {
    if (step.bundle < 0) return [];
    return tables.bundles[step.bundle].map(([letter, receivers]) => {
      const to = receivers.map((node) => names[node]).join(", ");
      const { message } = engine.letter(letter);
      return to ? `sends ${message} to ${to}` : `says ${message}`;
    });
  }
  const violated = ({ verdicts }, number) =>
    properties.filter((each) => isAlways(each) && verdicts[each.at].step === number);

  function draw() {
    Diagram.draw(svg, run, {
      wide: parseFloat(getComputedStyle(byId("names")).gridTemplateColumns),
      steps: events.children,
      flights: byId("flights").children,
      end: byId("now").getBoundingClientRect().bottom,
    });
  }

  // -- the parts of the page --------------------------------------------------------------------

  function stepButton(step, text) {
    const button = make("button", { type: "button", textContent: text });
    Object.assign(button.dataset, { label: step.label, kind: step.kind });
    button.classList.toggle("is-hint", step.label === goal);
    button.addEventListener("click", () => take(step.label));
    return button;
  }
  const note = (text) => (text ? make("p", { className: "note", textContent: text }) : "");

  function showEvents() {
    const items = run.events.map((event, at) => {
      const before = run.events[at - 1] ?? run.begin;
      const lines = (texts, className) => texts.map((textContent) => make("p", { className, textContent }));
      const wrong = violated(event, event.number);
      const back = make("button", { type: "button", textContent: "back here" });
      back.setAttribute("aria-label", `Back to step ${event.number}`);
      back.addEventListener("click", () => {
        while (run.events.length > event.number) run.undo();
        show(`Back at step ${event.number}.`);
      });
      const isLast = at === run.events.length - 1;
      const effects = [...changes(event, before), event.step.why].filter(Boolean).join(", ");
      const className = [wrong.length ? "violates" : "", event.step.note >= 0 ? "differs" : ""].join(" ").trim();
      return make("li", { className, id: `step-${event.number}` },
        make("div", { className: "head" }, make("span", { className: "number", textContent: event.number }),
          make("strong", { textContent: event.step.label }), isLast ? "" : back),
        ...lines(effects ? [effects] : [], "changes"), ...lines(sends(event), "sends"),
        note(engine.text(event.step.note)), ...lines(event.milestones, "milestone"),
        ...wrong.map(({ name, at: nth }) => make("p", { className: "wrong", textContent: `${name} is false: ${event.verdicts[nth].why}${given}.` })));
    });
    events.replaceChildren(...items);
  }

  function showFlights(steps) {
    const rows = new Map();
    for (const { step } of steps.filter(({ step }) => step.letter !== undefined)) {
      const key = `${step.node} ${step.letter}`;
      rows.set(key, [...(rows.get(key) ?? []), step]);
    }
    byId("flights").replaceChildren(...[...rows.values()].map((of) => {
      const notes = [...new Set(of.map((step) => engine.text(step.note)))];
      const row = make("li", {}, ...of.map((step) => stepButton(step, step.label)), ...notes.map(note));
      row.flight = { letter: of[0].letter, to: of[0].node };
      return row;
    }));
  }

  function showIgnored() {
    const [ignored, waiting] = [engine.ignored(run.state), engine.waiting(run.state)];
    const titles = [
      ignored.length ? `${counted(ignored.length, "message")} would change nothing` : "",
      waiting.length ? `${counted(waiting.length, "message")} must wait` : "",
    ];
    byId("ignored").firstElementChild.textContent = titles.filter(Boolean).join(", ");
    byId("ignored").lastElementChild.replaceChildren(...[...ignored, ...waiting].map(({ node, letter, why, note: own }) => {
      const reason = why.replace(/^ignores this message: /, "");
      return make("li", { textContent: `${engine.label(node, letter)} (${reason})` }, note(own));
    }));
  }

  function showCards(steps) {
    const acting = run.last.step?.node;
    const before = run.events.at(-2) ?? run.begin;
    cards.replaceChildren(...names.map((name, node) => {
      const isUp = engine.isUp(run.state, node);
      const was = engine.fields(before.state, node);
      const rows = Object.entries(engine.fields(run.state, node)).map(([field, value]) => make("div", {},
        make("dt", { textContent: field }),
        make("dd", { textContent: value, className: acting === node && was[field] !== value ? "changed" : "" })));
      const own = steps.filter(({ step }) => step.node === node && step.letter === undefined);
      const buttons = own.map(({ step }) => stepButton(step, step.label.slice(name.length + 1)));
      const box = make("section", { className: `card${acting === node ? " acts" : ""}${isUp ? "" : " is-down"}` },
        make("h4", { textContent: isUp ? name : `${name} is down` }),
        make("div", { className: "buttons" }, ...buttons),
        make("dl", {}, ...rows));
      for (const [at, { step }] of own.entries()) buttons[at].setAttribute("aria-label", step.label);
      box.setAttribute("aria-label", name);
      return box;
    }));
  }

  function verdict({ name, kind, at }) {
    const { isComputed, step, why } = run.last.verdicts[at];
    if (!isComputed) return ["is-open", `${name}: not computed in every step so far`];
    if (kind === "always")
      return step === undefined ? ["is-true", `${name}: true so far${given}`]
        : ["is-false", `${name} is false since step ${step}: ${why}${given}. `];
    return step === undefined ? ["is-open", `${name}: not reached yet`]
      : ["is-reached", `${name}: reached in step ${step}${given}`];
  }

  // Links to the steps that the correct protocol would not take so, and to the rules of the bug.
  function reasons() {
    const link = (href, textContent) => make("a", { href, textContent });
    const other = run.events.filter(({ step }) => engine.text(step.note));
    const steps = other.flatMap(({ number }) => [" ", link(`#step-${number}`, number)]);
    const rules = byId("why") ? [" See: ", link("#why", byId("why").textContent), "."] : [];
    const noun = other.length === 1 ? "step" : "steps";
    return [...(steps.length ? [`The correct protocol differs in ${noun}`, ...steps, "."] : []), ...rules];
  }

  // The property's own explanation; a line that is the name of a node stands for its steps. Before
  // these are the steps of the node that first does what the correct protocol would not do.
  function story(judge) {
    const link = ({ number }) => [" ", make("a", { href: `#step-${number}`, textContent: number })];
    const stepsOf = (name) => run.events.filter(({ step }) => names[step.node] === name);
    const differs = run.events.find(({ step }) => engine.text(step.note));
    const [lines, nodes] = [[], new Set(differs ? [names[differs.step.node]] : [])];
    for (const line of run.story(judge) ?? [])
      if (names.includes(line)) nodes.add(line);
      else lines.push(make("p", { textContent: line }));
    for (const name of nodes) lines.push(make("p", {}, `What ${name} did: steps`, ...stepsOf(name).flatMap(link), "."));
    return lines;
  }

  function showVerdicts() {
    const items = properties.map((each) => {
      const [className, textContent] = verdict(each);
      const item = make("li", { className, textContent, title: each.summary });
      if (className === "is-false") item.append(...reasons(), ...story(tables.judges[each.at]));
      return item;
    });
    const unknown = engine.unknown(run.state);
    if (unknown.length) {
      const texts = [...new Set(unknown.map(({ node, letter, why }) =>
        `${letter < 0 ? `the actions of ${names[node]}` : engine.label(node, letter)}${why ? ` (${why})` : ""}`))];
      items.push(make("li", { className: "is-open", textContent: `Not computed: ${texts.join("; ")}` }));
    }
    byId("verdicts").lastElementChild.replaceChildren(...items);
  }

  // -- taking steps -----------------------------------------------------------------------------

  function take(label) {
    if (!run.take(label)) return;
    const event = run.last;
    const wrong = violated(event, event.number).map(({ name, at }) => `${name} is false: ${event.verdicts[at].why}${given}.`);
    show([`Step ${event.number}: ${label}.`, ...event.milestones.map((each) => `${each}.`), ...wrong].join(" "));
  }

  function show(sentence, { isQuiet = false } = {}) {
    const focused = document.activeElement;
    const hadFocus = byId("paper").contains(focused) || byId("hint").contains(focused);
    goal = null;
    stopSearch();
    const steps = run.steps;
    for (const update of [showEvents, showIgnored, showVerdicts]) update();
    showFlights(steps);
    showCards(steps);
    byId("undo").disabled = run.events.length === 0;
    byId("restart").disabled = run.events.length === 0;
    byId("redo").disabled = run.undone.length === 0;
    byId("count").textContent = counted(run.events.length, "step");
    byId("said").textContent = sentence;
    byId("hint").textContent = isMet() ? "The goal is met here." : "";
    if (!isQuiet && hasAddress) history.replaceState(null, "", address());
    if (hadFocus) buttons()[0]?.focus({ preventScroll: true });
    const board = byId("board");
    cards.classList.toggle("is-tall", cards.offsetHeight > 0.45 * board.clientHeight);
    draw();
    board.scrollTop = board.scrollHeight;
    if (isNarrow.matches && !isQuiet) byId("now").scrollIntoView({ block: "nearest" });
  }
  const buttons = () => [...byId("paper").querySelectorAll("button[data-label]")];

  // -- links and files --------------------------------------------------------------------------

  // The address holds the number of the page, and for each step its place among those possible.
  function address() {
    const places = run.events.map(({ place }) => place.toString(36));
    return `#run=${[page, ...places].join(".")}`;
  }

  // A trace with these labels, as far as it is possible, and the place of the first that is not.
  function traceOf(labels) {
    const found = new Pcheck.Run(engine);
    return [found, labels.findIndex((label) => !found.take(label))];
  }

  function followAddress() {
    const [, text] = /^#run=([0-9a-z.]+)$/.exec(location.hash) ?? [];
    if (text === undefined) return false;
    const [own, ...places] = text.split(".");
    const found = new Pcheck.Run(engine);
    const isWhole = own === page && places.every((place) => found.takeAt(parseInt(place, 36)));
    if (isWhole) run = found;
    const at = run.events.length ? `Opened at step ${run.events.length}.` : "Choose a step.";
    show(isWhole ? at : "The link belongs to another page, perhaps an older one.", { isQuiet: true });
    return isWhole;
  }

  function save() {
    const wrong = properties.find((judge) => isAlways(judge) && (run.events.length || !judge.isStep) &&
      ![null, undefined].includes(engine.judge(judge, run.state, run.previous)));
    const reached = properties.find((judge) => !isAlways(judge) && engine.judge(judge, run.state) === true);
    const isGoal = properties.every((judge) => !isAlways(judge)); // the page of --find
    const decided = isGoal ? reached : wrong;
    const trace = { ...saved, property: decided?.name ?? null, why: null, steps: run.labels };
    const file = new Blob([`${JSON.stringify(trace, null, 2)}\n`], { type: "application/json" });
    const link = make("a", { href: URL.createObjectURL(file), download: `${[saved.spec.replace(/^.*[/\\]|\.py$/g, ""), saved.bug].filter(Boolean).join("-")}.json` });
    link.click();
    URL.revokeObjectURL(link.href);
    byId("said").textContent = `Saved ${counted(run.events.length, "step")} as ${link.download}.`;
  }

  async function load(file) {
    const say = (text) => { byId("said").textContent = `${file.name} ${text}`; };
    let trace;
    try {
      trace = JSON.parse(await file.text());
    } catch {
      return say("is not a saved trace: it is not JSON.");
    }
    if (!Array.isArray(trace?.steps)) return say("is not a saved trace: it has no steps.");
    if (!trace.steps.every((step) => typeof step === "string")) return say("is not a saved trace: a step is not a label.");
    const { bug = null, options = {} } = trace;
    const given = { spec: trace.spec, bug, start: trace.start, ...options };
    for (const key of ["network", "crashes", "crash_nodes"]) if (key in trace) given[key] = trace[key];
    const own = { ...saved, ...saved.options };
    const text = (value) => JSON.stringify(value ?? null);
    const other = Object.keys(given).find((key) => text(given[key]) !== text(own[key]));
    if (other) return say(`is a trace of another setup: ${other} must be ${text(own[other])}, got ${text(given[other])}.`);
    const [found, at] = traceOf(trace.steps);
    if (at >= 0) {
      const words = engine.isKnown(found.state) ? "is not possible" : "was not computed";
      return say(`cannot be opened: step ${at + 1} ${words}: ${trace.steps[at]}.`);
    }
    run = found;
    show(`Opened ${file.name}: ${counted(trace.steps.length, "step")}.`);
  }

  // -- goals ------------------------------------------------------------------------------------

  function fillGoals() {
    const options = properties.map(({ name, kind, at }) =>
      make("option", { value: at, textContent: `${kind === "always" ? "violate" : "reach"} ${name}` }));
    const any = properties.some(isAlways) ? [make("option", { value: "any", textContent: "violate a property" })] : [];
    const traps = properties.filter((each) => !isAlways(each))
      .map(({ name, at }) => [`trap ${at}`, `make ${name} impossible`]);
    const rest = [["value", "give a field a value"], ["end", "reach a state without a next step"]];
    byId("wanted").append(...any, ...options, ...[...traps, ...rest].map(([value, textContent]) => make("option", { value, textContent })));
    byId("of-node").append(...names.map((name, value) => make("option", { value, textContent: name })));
    fillFields();
  }
  function fillFields() {
    const { fields } = tables.nodes[+byId("of-node").value];
    byId("of-field").replaceChildren(...fields.map((name, value) => make("option", { value, textContent: name })));
    fillValues();
  }
  function fillValues() {
    const [node, field] = [+byId("of-node").value, +byId("of-field").value];
    const texts = new Set(tables.nodes[node].texts.map((values) => engine.text(values[field])));
    const sorted = [...texts].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    byId("of-value").replaceChildren(...sorted.map((value) => make("option", { value, textContent: value })));
  }

  function wanted() {
    const value = byId("wanted").value;
    if (value === "value")
      return { kind: "value", node: +byId("of-node").value, field: +byId("of-field").value, text: byId("of-value").value };
    if (value === "end") return { kind: "end" };
    if (value.startsWith("trap ")) return { kind: "judges", at: [+value.slice(5)], isTrap: true };
    return { kind: "judges", at: value === "any" ? properties.filter(isAlways).map(({ at }) => at) : [+value] };
  }
  const isMet = () => !wanted().isTrap && Pcheck.goal(engine, wanted())(run.state, run.previous);

  function stopSearch() {
    worker?.terminate();
    worker = null;
  }

  // The search runs in a Worker, so that the page answers meanwhile.
  function ask() {
    stopSearch();
    const code = `${byId("engine").textContent}\nonmessage = ({ data }) => postMessage(Pcheck.answer(data));`;
    const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
    worker = new Worker(url);
    URL.revokeObjectURL(url);
    byId("hint").textContent = "Searching\u2026";
    worker.onmessage = ({ data }) => {
      stopSearch();
      showAnswer(data);
    };
    worker.onerror = ({ message }) => { byId("hint").textContent = `The search failed: ${message}`; };
    worker.postMessage({ tables, labels: run.labels, wanted: wanted(), maxStates: +byId("limit").value });
  }

  function showAnswer({ labels, states, depth, isWhole, isUnknown, isPartial }) {
    const hint = byId("hint");
    const count = counted(states, "state");
    if (labels === null) {
      hint.textContent = isPartial && isUnknown ? "Some states that can follow were not computed, so there is no answer."
        : isPartial ? `There is no answer: more than ${count} can follow.`
        : isWhole ? `The goal is not met in any state that can follow (${count}).`
        : isUnknown ? `The goal is not met within ${counted(depth, "step")}; what follows was not computed (${count}).`
          : `The goal is not met within ${counted(depth, "step")}; the search stopped at ${count}.`;
      return;
    }
    if (!labels.length) {
      hint.textContent = "The goal is met here.";
      return;
    }
    goal = labels[0];
    for (const button of buttons()) button.classList.toggle("is-hint", button.dataset.label === goal);
    const next = make("button", { type: "button", textContent: "Take it" });
    const rest = make("button", { type: "button", textContent: `Take all ${labels.length}` });
    next.addEventListener("click", () => take(labels[0]));
    rest.addEventListener("click", () => {
      for (const label of labels) run.take(label);
      show(`Took ${counted(labels.length, "step")}.`);
    });
    hint.replaceChildren(`The goal can be met in ${counted(labels.length, "more step")}. Next: ${labels[0]} `,
      next, ...(labels.length > 1 ? [" ", rest] : []));
  }

  // -- the beginning ----------------------------------------------------------------------------

  byId("undo").addEventListener("click", () => { if (run.undo()) show(run.events.length ? `Back at step ${run.events.length}.` : "Back at the beginning."); });
  byId("redo").addEventListener("click", () => { if (run.redo()) show(`Took step ${run.events.length} again.`); });
  byId("restart").addEventListener("click", () => {
    while (run.undo());
    show("Back at the beginning.");
  });
  byId("save").addEventListener("click", save);
  byId("load").addEventListener("click", () => byId("file").click());
  byId("file").addEventListener("change", ({ target }) => {
    if (target.files[0]) load(target.files[0]);
    target.value = "";
  });
  byId("link").hidden = !hasAddress;
  byId("link").addEventListener("click", async () => {
    history.replaceState(null, "", address());
    const isCopied = await navigator.clipboard?.writeText(location.href).then(() => true, () => false);
    byId("said").textContent = isCopied ? "The link is copied." : "The link is in the address bar.";
  });
  byId("goal").addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  byId("goal").addEventListener("change", ({ target }) => {
    byId("value").hidden = byId("wanted").value !== "value";
    if (target.id === "of-node") fillFields();
    if (target.id === "of-field") fillValues();
    byId("hint").textContent = isMet() ? "The goal is met here." : "";
  });
  for (const [name, isLit] of [["focusin", true], ["focusout", false], ["mouseover", true], ["mouseout", false]])
    byId("flights").addEventListener(name, ({ target }) => target.closest("li")?.light?.(isLit));
  byId("ignored").addEventListener("toggle", draw);
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.altKey || event.ctrlKey || event.metaKey || target.matches("input, select")) return;
    if (key === "ArrowDown" || key === "ArrowUp") {
      const all = buttons();
      const at = all.indexOf(document.activeElement);
      if (at < 0) return;
      event.preventDefault();
      all[(at + (key === "ArrowDown" ? 1 : -1) + all.length) % all.length].focus();
      return;
    }
    const act = { u: () => byId("undo").click(), r: () => byId("redo").click(), n: () => buttons()[0]?.focus() }[key];
    if (act) {
      event.preventDefault();
      act();
    }
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const part = link && document.querySelector(link.hash);
    if (!part || event.ctrlKey || event.metaKey) return;
    event.preventDefault(); // the address keeps the trace
    part.scrollIntoView({ block: "nearest" });
    part.tabIndex = -1;
    part.focus({ preventScroll: true });
  });
  addEventListener("hashchange", followAddress);
  for (const name of ["resize", "beforeprint", "afterprint"]) addEventListener(name, draw);
  matchMedia("print").addEventListener("change", draw);
  byId("play").style.setProperty("--nodes", names.length);
  byId("names").append(...names.map((textContent) => make("span", { textContent })));
  byId("play").hidden = false;
  fillGoals();
  const [opened, lacking] = traceOf(first);
  run = opened;
  show(lacking >= 0 ? `Step ${lacking + 1} of the saved trace was not computed.` : first.length ? `Opened at step ${run.events.length}.` : "Choose a step.", { isQuiet: true });
  followAddress();
})();
