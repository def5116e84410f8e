// Reads flowcharts from files with Mermaid's own parser and prints their nodes and edges as JSON.
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

const dom = new JSDOM("<!doctype html><body></body>");
globalThis.window = dom.window;
globalThis.document = dom.window.document;
const mermaid = (await import("mermaid")).default;
mermaid.initialize({ maxEdges: 100000, maxTextSize: 10000000 });
const found = [];
for (const path of process.argv.slice(2)) {
  const text = readFileSync(path, "utf8");
  await mermaid.parse(text);
  const diagram = await mermaid.mermaidAPI.getDiagramFromText(text);
  const labels = Object.fromEntries([...diagram.db.getVertices()].map(([id, vertex]) => [id, vertex.text]));
  const edges = diagram.db.getEdges().map((edge) => [edge.start, edge.end, edge.text]);
  found.push({ type: diagram.type, labels, edges });
}
console.log(JSON.stringify(found));
