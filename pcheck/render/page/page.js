"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const make = (name, textContent, className = "") =>
    Object.assign(document.createElement(name), { textContent, className });
  const data = JSON.parse(byId("data").textContent);
  const last = data.steps.length;
  const [stage, slider, diagram] = ["stage", "slider", "diagram"].map(byId);
  const cells = [...document.querySelectorAll("#nodes td")];
  const rows = [...document.querySelectorAll("#nodes tr[data-node]")];
  const boxOf = (part) => part.getBoundingClientRect();
  const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
  const hint = make("p", "Press \u2192 or Next to start.", "when");
  const introduction = [...byId("now").childNodes, hint];
  let [now, timer] = [0, 0];

  // The text of every cell after each step.
  const states = [data.first];
  for (const changes of data.steps) {
    const state = states.at(-1).slice();
    for (const [cell, text] of changes) state[cell] = text;
    states.push(state);
  }

  // A frame surrounds the current step.
  const svg = diagram.querySelector("#drawing > svg");
  const drawn = (selector) => [...svg.querySelectorAll(selector)];
  const [flights, steps] = [drawn("[data-sent]"), drawn(".pc-step")];
  const marks = drawn("[data-step]").map((mark) => [mark, +mark.dataset.step]);
  const frame = document.createElementNS(svg.namespaceURI, "rect");
  svg.append(frame);
  for (const [name, value] of [["id", "frame"], ["x", 3], ["width", svg.viewBox.baseVal.width - 6], ["rx", 6]])
    frame.setAttribute(name, value);

  function showDiagram() {
    for (const [mark, step] of marks) mark.classList.toggle("later", step > now);
    for (const { classList, dataset } of flights) {
      classList.toggle("later", +dataset.sent > now);
      classList.toggle("in-flight", +dataset.sent <= now && now < +(dataset.end ?? 0));
    }
    for (const mark of drawn(".pc-end")) mark.classList.toggle("later", now < last);
    const current = marks.filter(([, step]) => step === now).map(([mark]) => mark);
    const areas = current.map((mark) => mark.getBBox());
    const top = now ? Math.min(...areas.map(({ y }) => y)) - 4 : 0;
    const bottom = now ? Math.max(...areas.map(({ y, height }) => y + height)) + 4 : 0;
    frame.setAttribute("y", top);
    frame.setAttribute("height", bottom - top);
    const [dot] = drawn(`[data-step="${now}"] > :is(.pc-dot, .pc-crash, .pc-up)`);
    const [pane, framed, centre] = [diagram, frame, dot ?? diagram].map(boxOf);
    diagram.scrollBy({
      top: now ? (framed.top + framed.bottom - pane.top - pane.bottom) / 2 : -diagram.scrollTop,
      left: (centre.left + centre.right - pane.left - pane.right) / 2,
      behavior: reducedMotion.matches ? "instant" : "smooth",
    });
  }

  function showNodes() {
    const changed = new Set(now ? data.steps[now - 1].map(([cell]) => cell) : []);
    for (const [index, cell] of cells.entries()) {
      const [text, before] = [states[now][index] ?? "", now ? states[now - 1][index] : null];
      cell.classList.toggle("changed", changed.has(index));
      if (!changed.has(index)) cell.textContent = text;
      else cell.replaceChildren(...(before ? [make("del", before), " "] : []), make("ins", text));
    }
    const acting = now ? byId(`step-${now}`).dataset.node : null;
    for (const row of rows) row.classList.toggle("acts", row.dataset.node === acting);
  }

  // A message that the network delivers several times is in flight until its last delivery.
  function showMessages() {
    const endOf = (flight) => flight.lost ?? Math.max(0, ...flight.delivered);
    const sent = data.flights.filter((flight) => flight.sent <= now);
    const none = () => [make("li", "none", "when")];
    const fill = (id, lines) => byId(id).replaceChildren(...(lines.length ? lines : none()));
    fill("in-flight", sent.filter((flight) => endOf(flight) > now).map((flight) => {
      const next = flight.delivered.find((step) => step > now);
      const end = next ? `delivered in step ${next}` : `lost in step ${flight.lost}`;
      return messageLine([flight], `, ${end}`);
    }));
    const merged = new Map(); // one line for all receivers that a message never reaches
    for (const flight of sent.filter((each) => !endOf(each))) {
      const key = `${flight.sent} ${flight.nth}`;
      merged.set(key, [...(merged.get(key) ?? []), flight]);
    }
    fill("never", [...merged.values()].map((copies) => messageLine(copies, "")));
  }

  function messageLine(copies, end) {
    const [{ src, message, sent }] = copies;
    const line = make("li", "", sent === now ? "new" : "");
    const route = `${src} \u2192 ${copies.map((flight) => flight.dst).join(", ")}`;
    const when = `sent in step ${sent}${end}`;
    const spans = [[route, "route"], [message, "message"], [when, "when"]];
    line.append(...spans.flatMap(([text, kind]) => [make("span", text, kind), " "]));
    return line;
  }

  function showStep() {
    const step = now ? byId(`step-${now}`).cloneNode(true) : make("p", "");
    byId("now").classList.toggle("refused", step.classList.contains("refused"));
    step.prepend(make("h3", `Step ${now} of ${last}`));
    byId("now").replaceChildren(...(now ? step.childNodes : introduction));
    for (const item of byId("steps").children) item.classList.toggle("now", item.value === now);
    byId("count").textContent = `${now} of ${last}`;
    slider.value = now;
    slider.setAttribute("aria-valuetext", `${now} of ${last}`);
  }

  function show(step) {
    now = Math.min(Math.max(step, 0), last);
    stage.classList.toggle("begun", now > 0);
    for (const update of [showStep, showNodes, showMessages, showDiagram]) update();
  }

  // The address changes after a pause, because browsers refuse many changes in a short time.
  function go(step) {
    show(step);
    clearTimeout(timer);
    timer = setTimeout(() => history.replaceState(null, "", `#${now}`), 400);
  }

  // trace.html#14 opens at step 14. The address #why leads to the explanation, not to a step.
  function followAddress() {
    const [, step] = /^#(?:step-)?(\d+)$/.exec(location.hash) ?? [];
    if (step !== undefined) show(+step);
  }

  slider.addEventListener("input", () => go(+slider.value));
  diagram.addEventListener("click", (event) => {
    const above = steps.filter((mark) => boxOf(mark).top <= event.clientY);
    if (getSelection().isCollapsed && last) go(+(above.at(-1) ?? steps[0]).dataset.step);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-by]");
    if (button) go(now + +button.dataset.by);
    const link = event.target.closest('a[href^="#step-"]');
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    go(+link.hash.slice("#step-".length));
    stage.scrollIntoView({ block: "nearest" });
  });
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const pane = target.closest?.("[tabindex]");
    const scrolls = pane && pane.scrollWidth > pane.clientWidth && key.startsWith("Arrow");
    if (target === slider || scrolls) return; // the slider or the pane handles the key
    const ends = stage.contains(target) ? { Home: 0, End: last } : {};
    const step = { ArrowLeft: now - 1, ArrowRight: now + 1, ...ends }[key];
    if (step === undefined) return;
    event.preventDefault();
    go(step);
  });

  byId("controls").hidden = false;
  byId("messages").hidden = data.flights.length === 0;
  addEventListener("hashchange", followAddress);
  show(0);
  followAddress();
})();
