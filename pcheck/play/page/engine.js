"use strict";

// The engine of the page: it takes the steps of a protocol from tables, and knows nothing else of
// the protocol. It also runs in a Worker, and under Node for tests.
//
// A local state, a letter (a message with its sender), a bundle (what one step sends), a reaction
// and a part (what the properties see of one node) are numbers of the tables. A state holds for
// each node the local state, the inbox and the watched letters that the node sent, then the number
// of crashes. An inbox and a set of letters are also numbers, which the engine hands out itself.
const Pcheck = (() => {
  const NONE = -1;
  const PLACES = 3; // of a state, for each node: local state, inbox, letters sent
  const [LOCAL, INBOX, SENT] = [0, 1, 2];

  // Numbers for lists of numbers; equal lists have one number.
  class Lists {
    constructor() {
      [this.items, this.numbers] = [[], new Map()];
      this.number([]);
    }
    number(list) {
      const key = list.join();
      if (!this.numbers.has(key)) {
        this.numbers.set(key, this.items.length);
        this.items.push(list);
      }
      return this.numbers.get(key);
    }
  }

  // Remembers the results of a function of two numbers, the second of which is small.
  const MANY = 2 ** 26;
  function remembered(make) {
    const known = [];
    return (large, small) => {
      const found = (known[small] ??= new Map());
      if (!found.has(large)) found.set(large, make(large, small));
      return found.get(large);
    };
  }
  const pair = (large, small) => large * MANY + small;
  const unpair = (number) => [Math.floor(number / MANY), number % MANY];

  const insert = (list, letter, isBefore) => {
    const at = list.findIndex((each) => isBefore(letter, each));
    return at < 0 ? [...list, letter] : [...list.slice(0, at), letter, ...list.slice(at)];
  };
  const without = (list, letter) => {
    const at = list.indexOf(letter);
    return [...list.slice(0, at), ...list.slice(at + 1)];
  };
  const isSmaller = (one, other) => one < other; // letters are numbered in their order

  // The rules of each network for an inbox: how a letter is put into it, which letters may be
  // delivered next, which ones are behind others, and what is left after one of them.
  const putOnce = (inbox, letter) => insert(inbox, letter, isSmaller);
  const distinct = (inbox) => [...new Set(inbox)];
  const NETWORKS = {
    set: () => ({
      put: (inbox, letter) => (inbox.includes(letter) ? inbox : putOnce(inbox, letter)),
      next: (inbox) => inbox,
      behind: () => [],
      taken: (inbox) => inbox,
    }),
    once: () => ({ put: putOnce, next: distinct, behind: () => [], taken: without }),
    lossy: () => ({ put: putOnce, next: distinct, behind: () => [], taken: without, loses: true }),
    fifo: (rankOf) => ({
      put: (inbox, letter) => insert(inbox, letter, (a, b) => rankOf(a) < rankOf(b)),
      next: (inbox) => inbox.filter((each, at) => at === 0 || rankOf(each) !== rankOf(inbox[at - 1])),
      behind: (inbox) => inbox.filter((each, at) => at > 0 && rankOf(each) === rankOf(inbox[at - 1])),
      taken: without,
      loses: true,
      takesIgnored: true, // an ignored delivery is a step, since it makes way for the next letter
    }),
  };

  class Engine {
    constructor(data) {
      const { nodes, letters, bundles, ranks } = data;
      this.data = data;
      this.network = NETWORKS[data.network]((letter) => ranks[letters[letter][0]]);
      [this.inboxes, this.sets] = [new Lists(), new Lists()];
      this.places = nodes.map((node) => new Map(node.letters.map((letter, at) => [letter, at])));
      this.numbers = data.views.map(({ parts }) =>
        parts.map((known) => new Map(known.map((part, number) => [String(part), number]))));
      this.seen = data.views.map((each) => new Set(each.letters));
      this.children = data.diagrams.map((node) => {
        const pairs = ([child, ...numbers]) => numbers.map((number) => [number, child]);
        return new Map(node.flatMap(pairs));
      });
      this.sentTo = bundles.map((sends) => {
        const to = new Map();
        for (const [letter, receivers] of sends)
          for (const each of receivers) to.set(each, [...(to.get(each) ?? []), letter]);
        return to;
      });
      const watched = bundles.map((sends) =>
        sends.map(([letter]) => letter).filter((letter) => letters[letter][2]));
      this.received = nodes.map((_, node) => remembered((inbox, bundle) => this.inboxes.number(
        this.sentTo[bundle].get(node).reduce(this.network.put, this.inboxes.items[inbox]))));
      this.left = (inbox, letter) =>
        this.inboxes.number(this.network.taken(this.inboxes.items[inbox], letter));
      this.withSent = remembered((set, bundle) => this.sets.number(
        [...new Set([...this.sets.items[set], ...watched[bundle]])].sort((a, b) => a - b)));
      this.partIn = data.views.map((_, view) => remembered((localAndSet, node) => {
        const [local, set] = unpair(localAndSet);
        return this.part(view, node, local, this.sets.items[set]);
      }));
      this.rowsOf = remembered((localAndInbox, node) => this.#rows(node, ...unpair(localAndInbox)));
      const first = ({ first, inbox, sent }) => [first, this.inboxes.number(inbox),
        this.sets.number(sent.filter((letter) => letters[letter][2]))];
      this.first = [...nodes.flatMap(first), 0];
    }

    text(number) {
      return number === NONE ? "" : this.data.texts[number];
    }
    letter(number) {
      const [src, text] = this.data.letters[number];
      return { src: this.data.nodes[src].name, message: this.text(text) };
    }
    label(node, letter, choice = "") {
      const { src, message } = this.letter(letter);
      return `${this.data.nodes[node].name} <- ${src}: ${message}${choice}`;
    }
    crashes(state) {
      return state[state.length - 1];
    }
    local(state, node) {
      return state[node * PLACES + LOCAL];
    }
    inbox(state, node) {
      return this.inboxes.items[state[node * PLACES + INBOX]];
    }
    isUp(state, node) {
      return this.data.nodes[node].up[this.local(state, node)] === 1;
    }
    // The text of each field of a node, by its name.
    fields(state, node) {
      const { fields, texts } = this.data.nodes[node];
      const values = texts[this.local(state, node)];
      return Object.fromEntries(fields.map((name, at) => [name, this.text(values[at])]));
    }

    // The reaction of a local state to a letter: undefined if it was not computed.
    reaction(node, local, letter) {
      const place = this.places[node].get(letter);
      const entry = place === undefined ? undefined : this.data.nodes[node].on[local][place];
      return this.data.entries[entry];
    }

    // What a node can do in a configuration: its steps, the letters that it ignores, and what was
    // not computed. A step is known by its label.
    #rows(node, local, inbox) {
      const { name, actions, up, fault, faultNotes } = this.data.nodes[node];
      const next = this.network.next(this.inboxes.items[inbox]);
      const [steps, ignored, unknown] = [[], [], []];
      const isUp = up[local] === 1;
      const add = (kind, label, [, after, bundle, note], more = {}) =>
        steps.push({ kind, label, node, local: after, inbox, bundle, note, crashes: 0, ...more });
      const isKnown = (entry, letter) => {
        if (entry?.moves) return true;
        unknown.push({ node, letter, why: entry ? this.text(entry.fails) : "" });
        return false;
      };
      if (isUp) {
        const entry = this.data.entries[actions[local]];
        if (isKnown(entry, NONE))
          for (const move of entry.moves)
            if (move[1] !== NONE) add("act", this.text(move[0]), move);
        for (const letter of next) {
          const reaction = this.reaction(node, local, letter);
          if (!isKnown(reaction, letter)) continue;
          const { moves, why, note = NONE } = reaction;
          // a choice may also ignore a message to which another choice reacts
          const reason = why === undefined ? "ignores this message" : this.text(why);
          const after = this.left(inbox, letter);
          if (why !== undefined && !this.network.takesIgnored)
            ignored.push({ node, letter, why: reason, note: this.text(note) });
          for (const [choice, to, bundle, own] of moves)
            if (to !== NONE || this.network.takesIgnored)
              add("deliver", this.label(node, letter, this.text(choice)),
                [choice, to === NONE ? local : to, bundle, to === NONE ? note : own],
                { letter, inbox: after, why: to === NONE ? reason : "" });
        }
      }
      for (const letter of this.network.loses ? next : []) {
        const { src, message } = this.letter(letter);
        const label = `lost: ${src} -> ${name}: ${message}`;
        add("lose", label, [0, local, NONE, NONE], { letter, inbox: this.left(inbox, letter) });
      }
      if (fault[local] !== NONE) {
        const [kind, verb] = isUp ? ["crash", "crashes"] : ["restart", "restarts"];
        const move = [0, fault[local], NONE, faultNotes[local]];
        add(kind, `${name} ${verb}`, move, { crashes: Number(isUp) });
      }
      return { steps, ignored, unknown };
    }

    #rowsIn(state, node) {
      const at = node * PLACES;
      return this.rowsOf(pair(state[at + LOCAL], state[at + INBOX]), node);
    }

    after(state, step) {
      const after = state.slice();
      const at = step.node * PLACES;
      [after[at + LOCAL], after[at + INBOX]] = [step.local, step.inbox];
      after[after.length - 1] += step.crashes;
      if (step.bundle !== NONE) {
        after[at + SENT] = this.withSent(after[at + SENT], step.bundle);
        for (const node of this.sentTo[step.bundle].keys()) {
          const place = node * PLACES + INBOX;
          after[place] = this.received[node](after[place], step.bundle);
        }
      }
      return after;
    }

    // The possible steps and the states after them; a step back to the same state is not possible.
    steps(state) {
      const found = [];
      const mayCrash = this.crashes(state) < this.data.crashes;
      for (const node of this.data.nodes.keys())
        for (const step of this.#rowsIn(state, node).steps) {
          if (step.kind === "crash" && !mayCrash) continue;
          const after = this.after(state, step);
          if (after.some((each, at) => each !== state[at])) found.push({ step, after });
        }
      return found;
    }
    ignored(state) {
      return this.data.nodes.flatMap((_, node) => this.#rowsIn(state, node).ignored);
    }
    // The letters that cannot be delivered now: the node is down, or another letter is first.
    waiting(state) {
      return this.data.nodes.flatMap(({ name }, node) => {
        const inbox = this.inbox(state, node);
        const [letters, why] = this.isUp(state, node)
          ? [this.network.behind(inbox), (letter) => `${name} takes ${this.#firstOf(letter, inbox)} first`]
          : [distinct(inbox), () => `${name} is down`];
        return letters.map((letter) => ({ node, letter, why: why(letter), note: "" }));
      });
    }
    // The oldest message in an inbox from the sender of a letter.
    #firstOf(letter, inbox) {
      const src = (each) => this.data.letters[each][0];
      return this.letter(inbox.find((each) => src(each) === src(letter))).message;
    }
    // The reactions that the tables lack.
    unknown(state) {
      return this.data.nodes.flatMap((_, node) => this.#rowsIn(state, node).unknown);
    }
    isKnown(state) {
      return this.data.nodes.every((_, node) => this.#rowsIn(state, node).unknown.length === 0);
    }

    // The number of a part; undefined if no execution that was computed has it.
    part(view, node, local, letters) {
      const fields = this.data.views[view].classes[node][local];
      const seen = letters.filter((letter) => this.seen[view].has(letter));
      return this.numbers[view][node].get(String([fields, ...seen]));
    }
    parts(view, state) {
      const partIn = this.partIn[view];
      return this.data.nodes.map((_, node) =>
        partIn(pair(state[node * PLACES + LOCAL], state[node * PLACES + SENT]), node));
    }
    // The answer of a diagram: undefined if it was not computed.
    answer(root, numbers) {
      let node = root;
      for (const number of numbers) node = node === null ? null : this.children[node].get(number) ?? null;
      return node === null ? undefined : this.data.answers[~node];
    }
    // The answer of a property about a state, or about the step between two states.
    judge(judge, state, before = state) {
      const now = this.parts(judge.view, state);
      if (!judge.isStep) return this.answer(judge.root, now);
      const was = this.parts(judge.view, before);
      return this.answer(judge.root, was.flatMap((each, node) => [each, now[node]]));
    }
  }

  // A trace that is built step by step, with undo and redo.
  class Run {
    constructor(engine) {
      this.engine = engine;
      this.events = [];
      this.undone = [];
      this.begin = this.#event(null, engine.first, null);
    }
    get last() {
      return this.events.at(-1) ?? this.begin;
    }
    get state() {
      return this.last.state;
    }
    get previous() {
      return this.events.length ? (this.events.at(-2) ?? this.begin).state : null;
    }
    get labels() {
      return this.events.map(({ step }) => step.label);
    }

    // Everything about the trace after one more step: what was sent, what is judged, what is new.
    #event(step, state, before) {
      const { engine } = this;
      const nodes = engine.data.nodes.map(({ sent }, node) => new Set(before ? before.sent[node] : sent));
      for (const [letter] of step && step.bundle !== NONE ? engine.data.bundles[step.bundle] : [])
        nodes[step.node].add(letter);
      const event = { step, state, sent: nodes, number: before ? before.number + 1 : 0 };
      const milestones = this.#milestones(event);
      const reached = new Set(before?.reached);
      event.milestones = milestones.filter(([key]) => !reached.has(key)).map(([, line]) => line);
      for (const [key] of milestones) reached.add(key);
      return Object.assign(event, { reached, verdicts: this.#verdicts(event, before) });
    }

    // The parts of all nodes that a view sees after an event, with all that was sent so far.
    #parts(view, { state, sent }) {
      const { engine } = this;
      return engine.data.nodes.map((_, node) => {
        const letters = [...sent[node]].sort((a, b) => a - b);
        return engine.part(view, node, engine.local(state, node), letters);
      });
    }
    // As `judge` of the engine, for what sees more messages than the properties.
    #judge({ view, root, isStep }, event, before) {
      const now = this.#parts(view, event);
      const was = isStep ? this.#parts(view, before) : [];
      return this.engine.answer(root, isStep ? was.flatMap((each, node) => [each, now[node]]) : now);
    }

    #milestones(event) {
      const { engine } = this;
      return engine.data.judges.flatMap(({ kind, view, roots }, at) => {
        if (kind !== "milestone") return [];
        const numbers = this.#parts(view, event);
        const lines = roots.map((root, nth) => [`${at} ${nth}`, engine.answer(root, numbers)]);
        return lines.filter(([, line]) => line);
      });
    }

    // Each property's answer: for an `always` the first step after which it is false, and why.
    #verdicts({ state, number }, before) {
      const { engine } = this;
      return engine.data.judges.map((judge, at) => {
        const was = before?.verdicts[at];
        if (judge.kind === "milestone" || was?.step !== undefined) return was;
        if (judge.isStep && !before) return { isComputed: true };
        const answer = engine.judge(judge, state, before?.state);
        if (answer === undefined || was?.isComputed === false) return { isComputed: false };
        const isDecided = judge.kind === "always" ? answer !== null : answer;
        return isDecided ? { isComputed: true, step: number, why: answer } : { isComputed: true };
      });
    }

    // The lines of a property's own explanation of its violation; undefined if there are none.
    story(judge) {
      const { engine, events, begin } = this;
      const { step } = this.last.verdicts[engine.data.judges.indexOf(judge)];
      const seen = [begin, ...events].slice(0, step + 1);
      const [before, now] = [seen.at(-2) ?? seen.at(-1), seen.at(-1)];
      if (!judge.story) return undefined;
      const text = this.#judge({ ...judge.story, isStep: judge.isStep }, now, before);
      const since = (number) => seen.findIndex((event) => this.#judge(judge.conditions[number], event) === true);
      const ways = {
        "<": (first, second, ifBefore, ifNot) => (since(first) < since(second) ? ifBefore : ifNot),
        "?": (moment, ifEver, ifNever) => (since(moment) < 0 ? ifNever : ifEver),
      };
      let story = text === undefined ? undefined : JSON.parse(text);
      while (story && story[0] !== "=") story = ways[story[0]](...story.slice(1));
      return story?.slice(1).map((line) => line.replace(/\x01(\d+)\x02/g, (_, number) => since(Number(number))));
    }

    get steps() {
      return this.engine.steps(this.state);
    }
    // Take the step with this label; return whether it is possible.
    take(label) {
      const { steps } = this;
      return this.#take(steps, steps.findIndex(({ step }) => step.label === label));
    }
    // Take the step at this place among the possible ones; return whether there is one.
    takeAt(place) {
      return this.#take(this.steps, place);
    }
    #take(steps, place) {
      if (!steps[place]) return false;
      const { step, after } = steps[place];
      this.events.push({ ...this.#event(step, after, this.last), place });
      this.undone = this.undone.at(-1) === step.label ? this.undone.slice(0, -1) : [];
      return true;
    }
    undo() {
      const event = this.events.pop();
      if (event) this.undone.push(event.step.label);
      return event !== undefined;
    }
    redo() {
      return this.undone.length > 0 && this.take(this.undone.at(-1));
    }
  }

  // The labels of the steps that led to an entry of a search.
  function labelsTo(entry) {
    const labels = [];
    for (let each = entry; each.before; each = each.before) labels.unshift(each.label);
    return labels;
  }

  // A search for the nearest state that is wanted, level by level. `labels` are those of a shortest
  // trace to it, or null. Then `isWhole` tells whether every state that can follow was explored, and
  // otherwise no state within `depth` steps is wanted. `isUnknown` tells whether the tables end.
  function search(engine, from, previous, isWanted, maxStates) {
    const known = new Set([from.join()]);
    const ended = (depth, more) => ({ labels: null, states: known.size, depth, isWhole: false, isUnknown: false, ...more });
    const isHere = isWanted(from, previous);
    if (isHere === undefined) return ended(0, { isUnknown: true, isPartial: true });
    if (isHere) return ended(0, { labels: [] });
    let level = [{ state: from, before: null, label: null }];
    for (let depth = 0; level.length; depth++) {
      const next = [];
      for (const before of level) {
        if (!engine.isKnown(before.state)) return ended(depth, { isUnknown: true });
        for (const { step, after } of engine.steps(before.state)) {
          const key = after.join();
          const entry = { state: after, before, label: step.label };
          const answer = isWanted(after, before.state);
          if (answer === undefined) return ended(depth, { isUnknown: true });
          if (answer) return ended(depth + 1, { labels: labelsTo(entry) });
          if (known.has(key)) continue;
          if (known.size >= maxStates) return ended(depth);
          known.add(key);
          next.push(entry);
        }
      }
      level = next;
    }
    return ended(0, { isWhole: true });
  }

  // Returns whether a state is wanted: one of some properties is decided, a field of a node has a
  // value, or no step is possible. The result is undefined if the tables do not say.
  function goal(engine, { kind, at, node, field, text }) {
    const judges = kind === "judges" ? at.map((each) => engine.data.judges[each]) : [];
    const isDecided = ({ kind }, answer) => (kind === "always" ? answer !== null : answer);
    return {
      judges: (state, before) => {
        let isWanted = false;
        for (const judge of judges) {
          if (judge.isStep && !before) continue; // there is no step yet
          const answer = engine.judge(judge, state, before);
          if (answer === undefined) isWanted = undefined;
          else if (isDecided(judge, answer)) return true;
        }
        return isWanted;
      },
      value: (state) => engine.text(engine.data.nodes[node].texts[engine.local(state, node)][field]) === text,
      end: (state) => (engine.steps(state).length ? false : engine.isKnown(state) || undefined),
    }[kind];
  }

  // A search for the nearest state from which no wanted state can follow. It has to explore all
  // states: `isPartial` tells that it could not, so that there is no answer.
  function searchTrap(engine, from, previous, isWanted, maxStates) {
    const entries = [{ state: from, before: null, label: null, depth: 0 }];
    const numbers = new Map([[from.join(), 0]]);
    const [before, reaches] = [[[]], [isWanted(from, previous)]];
    const ended = (more) => ({ labels: null, states: entries.length, depth: 0, isWhole: false, isUnknown: false, ...more });
    for (let at = 0; at < entries.length; at++) {
      const { state, depth } = entries[at];
      if (!engine.isKnown(state) || reaches[at] === undefined) return ended({ depth, isUnknown: true, isPartial: true });
      for (const { step, after } of engine.steps(state)) {
        const key = after.join();
        if (!numbers.has(key)) {
          if (entries.length >= maxStates) return ended({ isPartial: true });
          numbers.set(key, entries.length);
          entries.push({ state: after, before: entries[at], label: step.label, depth: depth + 1 });
          before.push([]);
          reaches.push(isWanted(after, state));
        }
        before[numbers.get(key)].push(at);
      }
    }
    const todo = [...reaches.keys()].filter((at) => reaches[at]);
    while (todo.length)
      for (const at of before[todo.pop()])
        if (!reaches[at]) {
          reaches[at] = true;
          todo.push(at);
        }
    const found = reaches.indexOf(false);
    if (found < 0) return ended({ isWhole: true });
    return ended({ labels: labelsTo(entries[found]), depth: entries[found].depth });
  }

  // The answer to a question of the page, from the end of the trace with these labels.
  function answer({ tables, labels, wanted, maxStates }) {
    const engine = new Engine(tables);
    const run = new Run(engine);
    labels.forEach((label) => run.take(label));
    const find = wanted.isTrap ? searchTrap : search;
    return find(engine, run.state, run.previous, goal(engine, wanted), maxStates);
  }

  return { Engine, Run, goal, answer };
})();

if (typeof module !== "undefined") module.exports = Pcheck;
