"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const view = byId("view"), scene = byId("scene"), details = byId("details"), map = byId("map");
const search = byId("search"), found = byId("found");
const nodes = [...scene.querySelectorAll(".node")].sort((a, b) => a.dataset.node - b.dataset.node);
const edges = [...scene.querySelectorAll(".edge")];
const places = nodes.map((node) => node.getAttribute("transform").match(/[-\d.]+/g).map(Number));
const numbers = new Map(data.nodes.map((node, number) => [node.name, number]));
const W = data.node_width, H = data.node_height;
let scale = 1, left = 0, top_ = 0, current = 0, picked = -1, matches = null;

// -- view -----------------------------------------------------------------------------------------------------------

function size() { return [Math.max(view.clientWidth, 1), Math.max(view.clientHeight, 1)]; }

function draw() {
  scene.setAttribute("transform", `translate(${left} ${top_}) scale(${scale})`);
  drawMap();
}

function zoom(factor, x, y) {
  const [width, height] = size();
  const next = Math.min(4, Math.max(Math.min(fitScale(), 1) * 0.5, scale * factor));
  const atX = x ?? width / 2, atY = y ?? height / 2;
  left = atX - (atX - left) * next / scale;
  top_ = atY - (atY - top_) * next / scale;
  scale = next;
  draw();
}

function fitScale() {
  const [width, height] = size();
  return Math.min(1.4, (width - 48) / data.width, (height - 48) / Math.max(data.height, 1));
}

function fit() {
  const [width, height] = size();
  scale = Math.max(fitScale(), 0.01);
  left = (width - data.width * scale) / 2;
  top_ = (height - data.height * scale) / 2;
  draw();
}

function open() {
  // A graph too large to be read as a whole opens at a size that can be read, where its critical path begins.
  if (fitScale() >= 0.6 || !nodes.length) return fit();
  scale = 0.8;
  const first = numbers.get(data.critical[0]) ?? 0;
  left = 24 - places[first][0] * scale;
  top_ = size()[1] / 2 - places[first][1] * scale;
  draw();
}

function show(number) {
  const [width, height] = size();
  const x = left + places[number][0] * scale, y = top_ + places[number][1] * scale;
  if (x < 10 || y < 10 || x + W * scale > width - 10 || y + H * scale > height - 10) {
    if (scale < 0.5) scale = 0.8;
    left = width / 2 - (places[number][0] + W / 2) * scale;
    top_ = height / 2 - (places[number][1] + H / 2) * scale;
    draw();
  }
}

function drawMap() {
  const [width, height] = size();
  const whole = left >= 0 && top_ >= 0 && left + data.width * scale <= width && top_ + data.height * scale <= height;
  map.hidden = whole || !nodes.length;
  if (map.hidden) return;
  const ratio = Math.min(220 / data.width, 160 / Math.max(data.height, 1));
  map.width = Math.max(data.width * ratio, 20);
  map.height = Math.max(data.height * ratio, 20);
  const pen = map.getContext("2d"), style = getComputedStyle(document.documentElement);
  places.forEach(([x, y], number) => {
    const hot = nodes[number].classList.contains("critical");
    pen.fillStyle = style.getPropertyValue(hot ? "--hot" : "--soft");
    pen.globalAlpha = matches && !matches.has(number) ? 0.25 : 0.9;
    pen.fillRect(x * ratio, y * ratio, Math.max(W * ratio, 2), Math.max(H * ratio * 0.8, 1.5));
  });
  pen.globalAlpha = 1;
  pen.strokeStyle = style.getPropertyValue("--focus");
  pen.lineWidth = 2;
  pen.strokeRect(-left / scale * ratio, -top_ / scale * ratio, width / scale * ratio, height / scale * ratio);
}

// -- details --------------------------------------------------------------------------------------------------------

function make(tag, text, ...children) {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  element.append(...children);
  return element;
}

function link(name) {
  const button = make("button", name);
  button.type = "button";
  button.addEventListener("click", () => { pick(numbers.get(name)); focusNode(numbers.get(name)); });
  return button;
}

function table(rows) {
  const list = make("dl");
  for (const [term, value] of rows) if (value) list.append(make("dt", term), make("dd", value));
  return list;
}

function section(title, items) {
  return items.length ? [make("h3", title), make("ul", "", ...items)] : [];
}

function reasonItem(edge, other) {
  const who = `, said by ${edge.said_by}`;
  return make("li", "", link(other), make("span", ` ${edge.kind}: ${edge.reason || edge.kind}${who}`));
}

function fill(...parts) { details.replaceChildren(...parts.flat()); details.scrollTop = 0; }

function overview() {
  const count = {};
  for (const node of data.nodes) if (node.status) count[node.status] = (count[node.status] || 0) + 1;
  const told = Object.entries(count).map(([status, number]) => make("li", `${number} ${status}`));
  const keys = [["requires", "requires"], ["after", "after"], ["aligns_with", "aligns with"], ["hot", "critical path"]];
  const legend = keys.map(([kind, text]) => {
    const mark = make("span");
    mark.className = `key ${kind}`;
    return make("div", "", mark, make("span", text));
  });
  const keyboard = make("p", "Tab to the graph, arrows to walk, Enter for a worker, Escape to go back, + and - to zoom, 0 to see all, / to search.");
  keyboard.className = "keys";
  const path = data.critical.length ? [make("h3", "critical path"), make("p", data.critical_note), make("ol", "", ...data.critical.map((name) => make("li", "", link(name))))] : [];
  fill(make("h2", `${data.nodes.length} nodes, ${data.edges.length} edges`), section("status", told), path, make("h3", "lines"), legend, keyboard);
}

function pick(number) {
  clear();
  picked = number;
  const node = data.nodes[number], spec = node.spec || {};
  nodes[number].classList.add("picked");
  for (const edge of edges) if (+edge.dataset.from === number || +edge.dataset.to === number) edge.classList.add("lit");
  const before = data.edges.filter((edge) => edge.after === node.name).map((edge) => reasonItem(edge, edge.before));
  const after = data.edges.filter((edge) => edge.before === node.name).map((edge) => reasonItem(edge, edge.after));
  const rest = Object.entries(spec).filter(([key, value]) => !["name", "role", "description", "instructions"].includes(key) && value !== null && value !== "" && !(Array.isArray(value) && !value.length));
  fill(
    make("h2", node.name), make("p", spec.description || (node.check ? "Holds what two workers promised against each other." : "")),
    table([["role", node.role], ["status", node.status], ["plugin", node.plugin], ["model", node.model && `${node.model} (${node.model_origin})`], ["in because", node.reason], ["critical path", data.critical.includes(node.name) ? "yes" : ""]]),
    section("waits for", before), section("is waited for by", after),
    rest.length ? [make("h3", "spec"), table(rest.map(([key, value]) => [key, Array.isArray(value) ? value.join(", ") : String(value)]))] : [],
    spec.instructions ? [make("h3", "instructions"), make("pre", spec.instructions)] : [],
  );
}

function pickEdge(element) {
  clear();
  element.classList.add("lit");
  const edge = data.edges[+element.dataset.edge];
  fill(make("h2", `${edge.before} → ${edge.after}`), table([["kind", edge.kind], ["reason", edge.reason], ["said by", edge.said_by]]), make("h3", "between"), make("ul", "", make("li", "", link(edge.before)), make("li", "", link(edge.after))));
}

function clear() {
  picked = -1;
  for (const element of scene.querySelectorAll(".picked,.lit")) element.classList.remove("picked", "lit");
}

// -- keyboard -------------------------------------------------------------------------------------------------------

function focusNode(number) {
  nodes[current].setAttribute("tabindex", "-1");
  current = number;
  nodes[current].setAttribute("tabindex", "0");
  show(current);
  nodes[current].focus({ preventScroll: true });
}

function towards(key) {
  const [x, y] = places[current];
  let best = -1, least = Infinity;
  places.forEach(([otherX, otherY], number) => {
    const along = { ArrowRight: otherX - x, ArrowLeft: x - otherX, ArrowDown: otherY - y, ArrowUp: y - otherY }[key];
    const aside = key === "ArrowRight" || key === "ArrowLeft" ? Math.abs(otherY - y) : Math.abs(otherX - x);
    const flat = key === "ArrowDown" || key === "ArrowUp";
    if (along < (flat ? H / 2 : W / 2) || (flat && aside > W / 2)) return;
    const distance = along + aside * 2;
    if (distance < least) { least = distance; best = number; }
  });
  return best;
}

scene.addEventListener("keydown", (event) => {
  if (event.key.startsWith("Arrow")) {
    const next = towards(event.key);
    if (next >= 0) focusNode(next);
  } else if (event.key === "Enter" || event.key === " ") {
    pick(current);
  } else {
    return;
  }
  event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    if (search.value) { search.value = ""; filter(); }
    const back = picked >= 0 ? picked : current;
    clear();
    overview();
    if (nodes.length) focusNode(back);
  } else if (event.target === search) {
    return;
  } else if (event.key === "/") {
    event.preventDefault();
    search.focus();
  } else if (event.key === "+" || event.key === "=") {
    zoom(1.25);
  } else if (event.key === "-") {
    zoom(0.8);
  } else if (event.key === "0") {
    fit();
  }
});

// -- search ---------------------------------------------------------------------------------------------------------

const texts = data.nodes.map((node) => [node.name, node.role, node.plugin, node.status, node.model, ...((node.spec || {}).capabilities || [])].join(" ").toLowerCase());

function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  matches = words.length ? new Set(texts.flatMap((text, number) => (words.every((word) => text.includes(word)) ? [number] : []))) : null;
  nodes.forEach((node, number) => node.classList.toggle("dim", Boolean(matches) && !matches.has(number)));
  edges.forEach((edge) => edge.classList.toggle("dim", Boolean(matches) && !(matches.has(+edge.dataset.from) && matches.has(+edge.dataset.to))));
  found.textContent = matches ? `${matches.size} of ${nodes.length}` : "";
  if (matches && matches.size) show([...matches][0]);
  drawMap();
}

search.addEventListener("input", filter);
search.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !matches || !matches.size) return;
  event.preventDefault();
  const number = [...matches][0];
  pick(number);
  focusNode(number);
});

// -- pointer --------------------------------------------------------------------------------------------------------

const pointers = new Map();
let moved = false;
view.addEventListener("pointerdown", (event) => { pointers.set(event.pointerId, [event.clientX, event.clientY]); moved = false; });
view.addEventListener("pointermove", (event) => {
  const last = pointers.get(event.pointerId);
  if (!last) return;
  const [dx, dy] = [event.clientX - last[0], event.clientY - last[1]];
  if (!moved && Math.abs(dx) + Math.abs(dy) < 4) return;
  if (!moved) { moved = true; view.setPointerCapture(event.pointerId); view.classList.add("dragging"); }
  const other = [...pointers.entries()].find(([id]) => id !== event.pointerId);
  if (other) {
    const [x, y] = other[1];
    const before = Math.hypot(last[0] - x, last[1] - y), now = Math.hypot(event.clientX - x, event.clientY - y);
    const box = view.getBoundingClientRect();
    if (before > 0) zoom(now / before, x - box.left, y - box.top);
  } else {
    left += dx;
    top_ += dy;
    draw();
  }
  pointers.set(event.pointerId, [event.clientX, event.clientY]);
});
for (const name of ["pointerup", "pointercancel"]) view.addEventListener(name, (event) => { pointers.delete(event.pointerId); view.classList.remove("dragging"); });
view.addEventListener("wheel", (event) => {
  event.preventDefault();
  const box = view.getBoundingClientRect();
  zoom(Math.exp(-Math.max(-120, Math.min(120, event.deltaY)) / 400), event.clientX - box.left, event.clientY - box.top);
}, { passive: false });
view.addEventListener("click", (event) => {
  if (moved) return;
  const node = event.target.closest(".node"), edge = event.target.closest(".edge");
  if (node) { pick(+node.dataset.node); focusNode(+node.dataset.node); }
  else if (edge) pickEdge(edge);
  else { clear(); overview(); }
});
map.addEventListener("click", (event) => {
  const [width, height] = size(), ratio = map.width / Math.max(data.width, 1);
  left = width / 2 - event.offsetX / ratio * scale;
  top_ = height / 2 - event.offsetY / ratio * scale;
  draw();
});
byId("in").addEventListener("click", () => zoom(1.25));
byId("out").addEventListener("click", () => zoom(0.8));
byId("fit").addEventListener("click", fit);
addEventListener("resize", draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);

nodes.forEach((node, number) => {
  node.setAttribute("role", "button");
  node.setAttribute("tabindex", number ? "-1" : "0");
  node.addEventListener("focus", () => { if (number !== current) focusNode(number); });
});
for (const edge of edges) {
  const hit = edge.querySelector("path").cloneNode();
  hit.setAttribute("class", "hit");
  edge.append(hit);
}
overview();
open();
