"use strict";
(() => {
  const the = (id) => document.getElementById(id);
  const make = (name, textContent, className = "") =>
    Object.assign(document.createElement(name), { textContent, className });
  const run = JSON.parse(the("run").textContent);
  const last = run.steps.length;
  const [stage, slider, diagram] = ["stage", "slider", "diagram"].map(the);
  const cells = [...document.querySelectorAll("#nodes td")];
  const rows = [...document.querySelectorAll("#nodes tr[data-node]")];
  const box = (part) => part.getBoundingClientRect();
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const before = [...the("now").childNodes, make("p", "\u2192 or Next begins.", "when")];
  let [now, written] = [0, 0];

  // What every cell holds after each step.
  const states = [run.first];
  for (const changes of run.steps) {
    const state = states.at(-1).slice();
    for (const [cell, text] of changes) state[cell] = text;
    states.push(state);
  }

  // The picture: as large as can be read, with a frame round the current step; names stay in sight.
  const svg = diagram.querySelector("svg");
  const wide = svg.viewBox.baseVal.width;
  const drawn = (kind) => [...svg.querySelectorAll(kind)];
  const [flights, steps] = [drawn("[data-sent]"), drawn(".pc-step")];
  const marks = drawn("[data-step]").map((mark) => [mark, +mark.dataset.step]);
  const names = drawn(".pc-name").slice(0, rows.length);
  const frame = document.createElementNS(svg.namespaceURI, "rect");
  svg.append(frame, ...names);
  for (const [name, value] of [["id", "frame"], ["x", 3], ["width", wide - 6], ["rx", 6]])
    frame.setAttribute(name, value);
  svg.style.width = `min(100%, ${1.3 * wide}px)`;
  svg.style.minWidth = `${0.62 * wide}px`;

  function showPicture() {
    for (const [mark, step] of marks) mark.classList.toggle("later", step > now);
    for (const { classList, dataset } of flights) {
      classList.toggle("later", +dataset.sent > now);
      classList.toggle("under-way", +dataset.sent <= now && now < +(dataset.end ?? 0));
    }
    for (const mark of drawn(".pc-end")) mark.classList.toggle("later", now < last);
    const current = marks.filter(([, step]) => step === now).map(([mark]) => mark);
    const areas = current.map((mark) => mark.getBBox());
    const top = now ? Math.min(...areas.map(({ y }) => y)) - 4 : 0;
    const bottom = now ? Math.max(...areas.map(({ y, height }) => y + height)) + 4 : 0;
    frame.setAttribute("y", top);
    frame.setAttribute("height", bottom - top);
    const [dot] = drawn(`[data-step="${now}"] > :is(.pc-dot, .pc-crash, .pc-up)`);
    const [pane, high, across] = [diagram, frame, dot ?? diagram].map(box);
    diagram.scrollBy({
      top: now ? (high.top + high.bottom - pane.top - pane.bottom) / 2 : -diagram.scrollTop,
      left: (across.left + across.right - pane.left - pane.right) / 2,
      behavior: still.matches ? "instant" : "smooth",
    });
  }

  function showNodes() {
    const changed = new Set(now ? run.steps[now - 1].map(([cell]) => cell) : []);
    for (const [which, cell] of cells.entries()) {
      const [text, was] = [states[now][which] ?? "", now ? states[now - 1][which] : null];
      cell.classList.toggle("changed", changed.has(which));
      if (!changed.has(which)) cell.textContent = text;
      else cell.replaceChildren(...(was ? [make("del", was), " "] : []), make("ins", text));
    }
    for (const row of rows)
      row.classList.toggle("acts", now > 0 && row.dataset.node === the(`step-${now}`).dataset.node);
  }

  // A copy that a network delivers more than once is on its way again until the last time.
  function showMail() {
    const ends = (flight) => flight.lost ?? Math.max(0, ...flight.delivered);
    const sent = run.flights.filter((flight) => flight.sent <= now);
    const none = () => [make("li", "none", "when")];
    const fill = (id, lines) => the(id).replaceChildren(...(lines.length ? lines : none()));
    fill("under-way", sent.filter((flight) => ends(flight) > now).map((flight) => {
      const next = flight.delivered.find((step) => step > now);
      return letter([flight], next ? `, arrives in ${next}` : `, is lost in ${flight.lost}`);
    }));
    const alike = new Map(); // one line for all who never get the same
    for (const flight of sent.filter((each) => !ends(each))) {
      const key = `${flight.sent} ${flight.nth}`;
      alike.set(key, [...(alike.get(key) ?? []), flight]);
    }
    fill("never", [...alike.values()].map((flights) => letter(flights, "")));
  }

  function letter(flights, then) {
    const [{ src, message, sent }] = flights;
    const line = make("li", "", sent === now ? "new" : "");
    const route = `${src} \u2192 ${flights.map((flight) => flight.dst).join(", ")}`;
    const spans = [[route, "route"], [message, "message"], [`sent in ${sent}${then}`, "when"]];
    line.append(...spans.flatMap(([text, kind]) => [make("span", text, kind), " "]));
    return line;
  }

  function showWords() {
    const words = now ? the(`step-${now}`).cloneNode(true) : make("p", "");
    the("now").classList.toggle("refused", words.classList.contains("refused"));
    words.prepend(make("h3", `Step ${now} of ${last}`));
    the("now").replaceChildren(...(now ? words.childNodes : before));
    for (const item of the("steps").children) item.classList.toggle("now", item.value === now);
    the("count").textContent = `${now} of ${last}`;
    slider.value = now;
    slider.setAttribute("aria-valuetext", `${now} of ${last}`);
  }

  function show(step) {
    now = Math.min(Math.max(step, 0), last);
    stage.classList.toggle("begun", now > 0);
    for (const part of [showWords, showNodes, showMail, showPicture]) part();
  }

  // The address follows when one stands still: browsers refuse too many changes in a short time.
  function go(step) {
    show(step);
    clearTimeout(written);
    written = setTimeout(() => history.replaceState(null, "", `#${now}`), 400);
  }

  // run.html#14 opens at step 14; #why is a place in the page, and no step.
  function follow() {
    const [, step] = /^#(?:step-)?(\d+)$/.exec(location.hash) ?? [];
    if (step !== undefined) show(+step);
  }

  slider.addEventListener("input", () => go(+slider.value));
  diagram.addEventListener("click", (event) => {
    const above = steps.filter((mark) => box(mark).top <= event.clientY);
    if (getSelection().isCollapsed && last) go(+(above.at(-1) ?? steps[0]).dataset.step);
  });
  diagram.addEventListener("scroll", () => {
    const down = Math.max(0, diagram.scrollTop * wide / svg.clientWidth - 12);
    for (const name of names) name.setAttribute("transform", `translate(0 ${down})`);
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
    const aside = pane && pane.scrollWidth > pane.clientWidth && key.startsWith("Arrow");
    if (target === slider || aside) return; // these know the keys themselves
    const ends = stage.contains(target) ? { Home: 0, End: last } : {};
    const step = { ArrowLeft: now - 1, ArrowRight: now + 1, ...ends }[key];
    if (step === undefined) return;
    event.preventDefault();
    go(step);
  });

  the("controls").hidden = false;
  the("mail").hidden = run.flights.length === 0;
  addEventListener("hashchange", follow);
  show(0);
  follow();
})();
