/** The script of the interactive page, which it builds from the data beside it. */
export const PAGE_SCRIPT = String.raw`"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const ROW = 21, FRAME_MIN = 1.5, LEVELS_MAX = 60, ROWS_MAX = 400, NAME_MAX = 72;
const METRICS = [
  ["constraints", "Constraints", "constraints"],
  ["wires", "Wires", "wires"],
  ["source", "Constraints of the source", "constraints of the source"],
  ...(data.time ? [["time", "Proving time", "ms of a proof (share)"]] : []),
];
const VIEWS = [["instances", "Components"], ["templates", "Templates"], ["lines", "Lines"]];
const state = { metric: "constraints", view: "instances", zoom: [], search: "", sort: "self" };
const byId = (id) => document.getElementById(id);

function make(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties || {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

// Counts are [constraints, wires, constraints of the source, signals].
const KINDS = { constraints: 0, wires: 1, source: 2 };
function valueOf(counts) {
  if (state.metric !== "time") return counts[KINDS[state.metric]];
  const { proofMs, constraintsMs, wiresMs } = data.time;
  const [constraints, wires] = data.totals;
  const first = constraints === 0 ? 0 : (counts[0] / constraints) * constraintsMs;
  const all = (constraints === 0 ? 0 : constraintsMs) + wiresMs;
  return (proofMs * (first + (counts[1] / wires) * wiresMs)) / all;
}
function unit() {
  return METRICS.find(([name]) => name === state.metric)[2];
}
function show(value) {
  const digits = state.metric === "time" ? { maximumSignificantDigits: 3 } : {};
  return value.toLocaleString("en", digits);
}
function percent(value) {
  const whole = valueOf(data.totals);
  return (whole === 0 ? 0 : (100 * value) / whole).toFixed(1) + " %";
}
function describe(node) {
  const { label, path, components, self, total } = node;
  const lines = [path || label];
  if (components > 1) lines.push(components.toLocaleString("en") + " components");
  lines.push(show(valueOf(total)) + " " + unit() + ", " + percent(valueOf(total)));
  if (self !== total) lines.push("by itself: " + show(valueOf(self)) + ", " + percent(valueOf(self)));
  return lines.join("\n");
}

function addUp(list) {
  return list.reduce((sum, each) => sum.map((count, i) => count + each[i]), [0, 0, 0, 0]);
}
function fromTree([name, label, template, components, self, total, children], parent, parents) {
  const path = parent === "" ? name : parent + "." + name;
  const base = template.replace(/\([\s\S]*$/, "");
  const rest = name === label ? template : template.slice(base.length);
  const [short, detail] = [parents + label, rest === "()" ? "" : rest];
  const parts = children.map((child) => fromTree(child, path, short + "."));
  return { label, detail, path, short, base, template, components, self, total, children: parts };
}
function byTemplate(nodes, parent) {
  const groups = Map.groupBy(nodes, ({ base }) => base);
  return [...groups].map(([base, group]) => {
    const path = parent === "" ? base : parent + " → " + base;
    return {
      label: base, detail: "", path, base,
      components: group.reduce((sum, { components }) => sum + components, 0),
      self: addUp(group.map(({ self }) => self)),
      total: addUp(group.map(({ total }) => total)),
      children: byTemplate(group.flatMap(({ children }) => children), path),
    };
  });
}
function byLine() {
  return data.files.map(({ path, hits }) => {
    const lines = hits.map(([line, template, self, , source]) => ({
      label: line + ": " + source, detail: "", path: path + ":" + line + "\n" + source,
      base: template, components: 1, self, total: self, children: [], place: { path, line },
    }));
    const total = addUp(lines.map(({ self }) => self));
    return { label: path, detail: "", path, base: path, components: 1, self: [0, 0, 0, 0], total, children: lines };
  });
}
const main = fromTree(data.tree, "", "");
const rest = {
  label: "not attributed", detail: "", path: "not attributed: the constant 1 and the like", base: "",
  components: 1, self: data.rest, total: data.rest, children: [],
};
const roots = {};
function root() {
  roots[state.view] ??= {
    label: data.circuit, detail: "", path: data.circuit, base: "", components: 1,
    self: [0, 0, 0, 0], total: data.totals,
    children: [...(state.view === "instances" ? [main] : state.view === "templates" ? byTemplate([main], "") : byLine()), rest],
  };
  return roots[state.view];
}

function colorOf(name) {
  let hash = 0x811c9dc5;
  for (const letter of name) hash = Math.imul(hash ^ letter.codePointAt(0), 0x01000193) >>> 0;
  return "hsl(" + (hash % 360) + " 70% " + (68 + ((hash >>> 10) % 4) * 4) + "%)";
}
function matches(node) {
  const text = (node.label + "\n" + node.detail + "\n" + node.path).toLowerCase();
  return state.search !== "" && text.includes(state.search);
}
function matched(node) {
  if (node !== root() && matches(node)) return valueOf(node.total);
  return node.children.reduce((sum, child) => sum + matched(child), 0);
}

function drawFlame() {
  const flame = byId("flame");
  const whole = flame.clientWidth;
  const frames = [];
  let levels = 0;
  const put = (node, left, width, level, narrow) => {
    levels = Math.max(levels, level + 1);
    const title = narrow === undefined ? describe(node) : narrow + " smaller frames, " + show(node.value) + " " + unit();
    const text = narrow === undefined && width > 26 ? (node.label + " " + node.detail).trim() : "";
    const frame = make("button", { type: "button", className: "frame", title, textContent: text });
    frame.style.left = left + "px";
    frame.style.top = level * ROW + "px";
    frame.style.width = Math.max(width - 1, 1) + "px";
    if (node.base) frame.style.background = colorOf(node.base);
    if (narrow !== undefined) frame.disabled = true;
    else frame.addEventListener("click", () => zoomTo(node));
    frame.setAttribute("aria-label", title);
    if (state.search !== "") frame.classList.add(narrow === undefined && matches(node) ? "hit" : "dim");
    frames.push(frame);
  };
  const lay = (node, left, width, level) => {
    put(node, left, width, level);
    const value = valueOf(node.total);
    if (value === 0 || level >= LEVELS_MAX) return;
    let [x, count, narrow] = [left, 0, 0];
    const flush = () => {
      const size = (narrow / value) * width;
      if (size >= 1) put({ value: narrow, base: "" }, x - size, size, level + 1, count);
      [count, narrow] = [0, 0];
    };
    const sorted = node.children.toSorted((a, b) => valueOf(b.total) - valueOf(a.total));
    for (const child of sorted) {
      const part = valueOf(child.total);
      const size = (part / value) * width;
      if (size >= FRAME_MIN) {
        flush();
        lay(child, x, size, level + 1);
      } else if (part > 0) [count, narrow] = [count + 1, narrow + part];
      x += size;
    }
    flush();
  };
  const path = [root(), ...state.zoom];
  path.slice(0, -1).forEach((node, level) => put(node, 0, whole, level));
  lay(path.at(-1), 0, whole, path.length - 1);
  flame.replaceChildren(...frames);
  flame.style.height = levels * ROW + "px";
}
function pathTo(node, from) {
  if (node === from) return [];
  for (const child of from.children) {
    const rest = pathTo(node, child);
    if (rest !== undefined) return [child, ...rest];
  }
  return undefined;
}
function zoomTo(node) {
  state.zoom = pathTo(node, root()) ?? [];
  draw();
  if (node.place) showLine(node.place);
}

function flatten(node, list) {
  list.push(node);
  for (const child of node.children) flatten(child, list);
  return list;
}
function rows() {
  if (state.view === "instances") {
    return flatten(main, []).map((node) => ({ ...node, name: node.short, place: node.template, node }));
  }
  if (state.view === "templates") {
    return data.templates.map(([name, path, line, components, self, total]) => ({
      name, label: name, detail: "", path: name, components, self, total, place: path + ":" + line,
    }));
  }
  return data.files.flatMap(({ path, hits }) =>
    hits.map(([line, template, self, total, source]) => ({
      name: path + ":" + line, label: source, detail: template, path: path + ":" + line,
      components: undefined, self, total, place: source, go: { path, line },
    })),
  );
}
function drawTable() {
  const counted = rows().filter(({ total }) => valueOf(total) > 0);
  const all = counted.filter((row) => state.search === "" || matches(row));
  const compare = {
    self: (a, b) => valueOf(b.self) - valueOf(a.self) || valueOf(b.total) - valueOf(a.total),
    total: (a, b) => valueOf(b.total) - valueOf(a.total) || valueOf(b.self) - valueOf(a.self),
    name: (a, b) => (a.name < b.name ? -1 : 1),
  }[state.sort];
  const shown = all.sort(compare).slice(0, ROWS_MAX);
  const names = { instances: "component", templates: "template", lines: "line" };
  const places = { instances: "template", templates: "declared", lines: "source" };
  const header = (name, text, number) => {
    const sort = () => { state.sort = name; draw(); };
    const button = make("button", { type: "button", textContent: text, onclick: sort });
    return make("th", { scope: "col", className: number ? "number" : "", "aria-sort": state.sort === name ? (number ? "descending" : "ascending") : "none" }, button);
  };
  const plain = (text, number) => make("th", { scope: "col", className: number ? "number" : "", textContent: text });
  const cell = (text, className) => make("td", { className, textContent: text });
  const bar = (counts) => {
    const td = make("td", { className: "number bar" }, percent(valueOf(counts)));
    const whole = valueOf(data.totals);
    td.style.backgroundSize = (whole === 0 ? 0 : (100 * valueOf(counts)) / whole) + "% 100%";
    return td;
  };
  const body = shown.map((row) => {
    const open = () => (row.go ? showLine(row.go) : row.node ? zoomTo(row.node) : search(row.name));
    const text = row.name.length > NAME_MAX ? "…" + row.name.slice(1 - NAME_MAX) : row.name;
    const link = make("button", { type: "button", className: "link", title: row.path, textContent: text, onclick: open });
    return make("tr", {},
      make("td", { className: "name" }, link),
      cell(row.components === undefined ? "" : row.components.toLocaleString("en"), "number"),
      cell(show(valueOf(row.self)), "number"), bar(row.self),
      cell(show(valueOf(row.total)), "number"), bar(row.total),
      cell(row.place, "place"));
  });
  const more = all.length - shown.length;
  byId("table").replaceChildren(
    make("caption", { textContent: more > 0 ? more.toLocaleString("en") + " more rows: search, or sort otherwise" : "" }),
    make("thead", {}, make("tr", {},
      header("name", names[state.view]), plain(state.view === "lines" ? "" : "components", true),
      header("self", "itself", true), plain("", true), header("total", "with all in it", true), plain("", true),
      plain(places[state.view]))),
    make("tbody", {}, ...body));
}

function drawSource() {
  const panel = byId("source");
  panel.hidden = state.view !== "lines";
  if (panel.hidden) return;
  panel.replaceChildren(...data.files.map(({ path, text, hits }) => {
    const counts = new Map();
    for (const [line, , self, total, source] of hits) {
      const before = counts.get(line);
      const both = (now, kind) => (before ? addUp([now, before[kind]]) : now);
      counts.set(line, { self: both(self, "self"), total: both(total, "total"), source });
    }
    const largest = Math.max(1e-9, ...data.files.flatMap((file) => file.hits.map(([, , self]) => valueOf(self))));
    const numbers = text === null ? [...counts.keys()].sort((a, b) => a - b) : text.map((_, i) => i + 1);
    const lines = numbers.map((number) => {
      const hit = counts.get(number);
      const [self, total] = hit ? [valueOf(hit.self), valueOf(hit.total)] : [0, 0];
      const cells = [
        make("span", { className: "count", textContent: self > 0 ? show(self) : "" }),
        make("span", { className: "count", textContent: total > 0 ? show(total) : "" }),
        make("span", { className: "no", textContent: number }),
        make("code", { textContent: text === null ? hit.source : text[number - 1] }),
      ];
      const line = make("div", { className: "line", id: path + ":" + number }, ...cells);
      const heat = self > 0 ? 0.12 + 0.6 * Math.sqrt(self / largest) : 0;
      if (heat > 0) line.style.background = "rgb(232 89 12 / " + heat + ")";
      return line;
    });
    const head = make("summary", { textContent: path });
    return make("details", { open: true }, head, make("div", { className: "listing" },
      make("div", { className: "line columns" }, make("span", { className: "count", textContent: "itself" }),
        make("span", { className: "count", textContent: "in all" }), make("span", { className: "no" }), make("code", {})),
      ...lines));
  }));
}
function showLine({ path, line }) {
  const element = byId(path + ":" + line);
  if (element === null) return;
  element.closest("details").open = true;
  element.scrollIntoView({ block: "center" });
  for (const other of document.querySelectorAll(".chosen")) other.classList.remove("chosen");
  element.classList.add("chosen");
}

function choices(id, options, name) {
  byId(id).replaceChildren(...options.map(([value, text]) => {
    const choose = () => { state[name] = value; if (name === "view") state.zoom = []; draw(); };
    return make("button", { type: "button", textContent: text, "aria-pressed": String(state[name] === value), onclick: choose });
  }));
}
function search(text) {
  byId("search").value = text;
  state.search = text.toLowerCase();
  draw();
}
function draw() {
  choices("metrics", METRICS, "metric");
  choices("views", VIEWS, "view");
  byId("reset").disabled = state.zoom.length === 0;
  byId("found").textContent = state.search === "" ? "" : show(matched(root())) + " " + unit() + ", " + percent(matched(root()));
  drawFlame();
  drawTable();
  drawSource();
}
byId("search").addEventListener("input", ({ target }) => search(target.value));
byId("reset").addEventListener("click", () => { state.zoom = []; draw(); });
addEventListener("resize", drawFlame);
addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  state.zoom.pop();
  draw();
});
draw();
`;
