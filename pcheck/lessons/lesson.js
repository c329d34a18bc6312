// Opens the play of a run inside the page. The parts that all plays share are on the page only once.
(() => {
  const shared = JSON.parse(document.getElementById("shared").textContent);
  for (const details of document.querySelectorAll("details.play"))
    details.addEventListener("toggle", () => {
      if (!details.open || details.querySelector("iframe")) return;
      const data = details.querySelector("script").textContent;
      const frame = document.createElement("iframe");
      frame.title = details.querySelector("summary").textContent;
      frame.srcdoc = Object.entries(shared).reduce(
        (text, [marker, part]) => text.replace(marker, () => part), JSON.parse(data));
      details.append(frame);
    });
  if (matchMedia("(max-width: 40rem)").matches)
    for (const each of document.querySelectorAll("details.as-text")) each.open = true;
  for (const each of document.querySelectorAll(".needs-script")) each.hidden = false;
})();
