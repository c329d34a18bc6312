"use strict";

// The diagram of a trace that grows: each node has a lane, and time goes down. The rows of the page
// give the heights: one for each step taken, and one for each message in flight.
const Diagram = (() => {
  const COLOURS = 6; // that the kinds of messages share in turn
  const MIN_LABELLED = 70; // pixels from lane to lane, below which an arrow has no text
  const drawn = (name, attributes, ...inside) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...inside);
    return made;
  };
  const cross = (x, y, size) => `M${x - size} ${y - size}l${2 * size} ${2 * size}m0${-2 * size}l${-2 * size} ${2 * size}`;
  const degrees = (dx, dy) => (Math.atan2(dy, dx) * 180) / Math.PI;

  // Each copy of a message: its sender and receiver, the step that sent it, and those that took it.
  function flightsOf({ engine, events }) {
    const { bundles, network } = engine.data;
    const isKept = network === "set";
    const found = [];
    for (const { number, step } of events) {
      if (step.letter !== undefined)
        found.find((each) => each.to === step.node && each.letter === step.letter &&
          (isKept || !each.ends.length))?.ends.push({ number, isLost: step.kind === "lose" });
      for (const [letter, receivers] of step.bundle < 0 ? [] : bundles[step.bundle])
        for (const to of receivers)
          if (!isKept || !found.some((each) => each.letter === letter && each.to === to))
            found.push({ letter, from: step.node, to, sent: number, ends: [] });
    }
    return found;
  }

  // The line of a message from one point to another, a curve from a node to itself.
  function way([x1, y1], [x2, y2], gap) {
    const [dx, dy] = [x2 - x1, y2 - y1];
    if (Math.abs(dx) < 1)
      return { d: `M${x1} ${y1}C${x1 + 26} ${y1 + dy / 3} ${x2 + 26} ${y2 - dy / 3} ${x2 + 5} ${y2}`, end: [x2 + 5, y2], turn: 180 };
    const length = Math.hypot(dx, dy);
    const end = [x2 - (dx / length) * gap, y2 - (dy / length) * gap];
    return { d: `M${x1} ${y1}L${end[0]} ${end[1]}`, end, turn: degrees(dx, dy) };
  }

  function arrow(from, to, isLost, text) {
    const { d, end, turn } = way(from, to, isLost ? 16 : 7);
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    const parts = [drawn("path", { class: "pc-way", d })];
    parts.push(isLost ? drawn("path", { class: "pc-cross", d: cross(...end, 4) })
      : drawn("path", { class: "pc-head", d: "M0 0l-9-4v8z", transform: `translate(${end}) rotate(${turn})` }));
    if (Math.abs(dx) >= MIN_LABELLED) {
      const place = [from[0] + dx * 0.68, from[1] + dy * 0.68];
      const slope = degrees(Math.abs(dx), dx < 0 ? -dy : dy);
      const transform = `translate(${place}) rotate(${slope}) translate(0 -5)`;
      parts.push(drawn("text", { class: "pc-word", "text-anchor": "middle", transform }, text));
    }
    return parts;
  }

  // Draw the trace of `run` into `svg`. `steps` are the rows of the steps, `flights` those of the
  // messages in flight, each with its letter and receiver, and `end` is where the lanes end.
  function draw(svg, run, { wide, steps, flights, end }) {
    const { engine, events } = run;
    const { letters, nodes } = engine.data;
    const { top } = svg.getBoundingClientRect();
    const heightOf = (part) => {
      const box = (part.querySelector(".head") ?? part).getBoundingClientRect();
      return (box.top + Math.min(box.bottom, box.top + 24)) / 2 - top;
    };
    const heights = [0, ...[...steps].map(heightOf)];
    const x = (node) => (node + 0.5) * wide;
    const at = (node, number) => [x(node), heights[number]];
    const kind = (letter) => `pc-flight pc-kind${letters[letter][4] % COLOURS}`;
    const all = flightsOf(run);

    // a lane is dashed while its node is down
    const lanes = nodes.flatMap((_, node) => {
      const turns = events.filter(({ step }) => step.node === node && ["crash", "restart"].includes(step.kind));
      const numbers = [0, ...turns.map(({ number }) => number)];
      return numbers.map((number, nth) => drawn("line", {
        class: `pc-lane${nth % 2 ? " is-down" : ""}`, x1: x(node), x2: x(node), y1: heights[number],
        y2: nth + 1 < numbers.length ? heights[numbers[nth + 1]] : end - top,
      }));
    });

    const arrows = all.flatMap(({ letter, from, to, sent, ends }) => ends.map(({ number, isLost }) =>
      drawn("g", { class: `${kind(letter)}${isLost ? " pc-lost" : ""}` },
        ...arrow(at(from, sent), at(to, number), isLost, engine.text(letters[letter][3])))));

    const inFlight = [...flights].flatMap((row) => {
      const { letter, to } = row.flight;
      const flight = all.find((each) => each.letter === letter && each.to === to &&
        (engine.data.network === "set" || !each.ends.length));
      return flight ? [open(row, at(flight.from, flight.sent), [x(to), heightOf(row)], kind(letter))] : [];
    });

    // a message that cannot be taken now is a short line
    const shown = new Set([...flights].map(({ flight }) => `${flight.letter} ${flight.to}`));
    const stubs = all.filter(({ letter, to, ends }) => !ends.length && !shown.has(`${letter} ${to}`))
      .map(({ from, to, sent }) => drawn("g", { class: "pc-flight pc-in-flight is-stub" },
        drawn("path", { class: "pc-way", d: `M${at(from, sent)}l${(Math.sign(to - from) || 1) * 22} 12` })));

    const dots = events.filter(({ step }) => step.kind !== "lose").map(({ number, step, state }) => {
      const [cx, cy] = at(step.node, number);
      if (step.kind === "crash") return drawn("path", { class: "pc-crash", d: cross(cx, cy, 6) });
      const name = step.kind === "restart" ? "pc-up" : engine.isUp(state, step.node) ? "pc-dot" : "pc-also";
      return drawn("circle", { class: name, cx, cy, r: 5 });
    });
    const [lines, ends] = [0, 1].map((nth) => inFlight.map((each) => each[nth]));
    svg.replaceChildren(...lanes, ...arrows, ...stubs, ...lines, ...ends, ...dots);
  }

  // A message in flight: its line, and the ring at which a click delivers it; beside the ring, on
  // some networks, the cross at which a click loses it. The row of the page has the buttons.
  function open(row, from, [cx, cy], className) {
    const { d } = way(from, [cx, cy], 7);
    const line = drawn("g", { class: `${className} pc-in-flight` },
      drawn("path", { class: "pc-way", d }), drawn("path", { class: "hit", d }));
    const end = drawn("g", { class: `${className} pc-in-flight` },
      drawn("circle", { class: "target", cx, cy, r: 6 }));
    const [taking, losing] = ["deliver", "lose"].map((what) =>
      [...row.querySelectorAll(`button[data-kind="${what}"]`)]);
    // a message with several choices is not taken at once
    const take = () => (taking.length === 1 ? taking[0].click() : (taking[0] ?? losing[0]).focus());
    row.light = (isLit) => [line, end].forEach((part) => part.classList.toggle("is-lit", isLit));
    for (const part of [line, end]) {
      part.addEventListener("click", take);
      part.addEventListener("mouseenter", () => row.light(true));
      part.addEventListener("mouseleave", () => row.light(false));
    }
    if (losing.length) {
      const left = cx + 18 * (Math.sign(from[0] - cx) || 1);
      const mark = drawn("path", { class: "target", d: cross(left, cy, 5) });
      mark.addEventListener("click", (event) => {
        event.stopPropagation();
        losing[0].click();
      });
      end.append(mark);
    }
    return [line, end];
  }

  return { draw };
})();
