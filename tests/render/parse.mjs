// Parse diagrams with Mermaid: reads a map from names to texts and writes what the parser found.
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

const { window } = new JSDOM("<!doctype html>"); // Mermaid needs a document to clean texts
Object.assign(globalThis, { window, document: window.document });
const { default: mermaid } = await import("mermaid");

const found = {};
for (const [name, text] of Object.entries(JSON.parse(readFileSync(0, "utf-8")))) {
  await mermaid.parse(text);
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
  found[name] = {
    title: db.getDiagramTitle(),
    actors: [...db.getActors().values()].map((each) => [each.name, each.description]),
    events: db.getMessages().map((each) => [each.type, each.from, each.to, each.message]),
  };
}
console.log(JSON.stringify(found));
