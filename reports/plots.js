// Plots answer: what lies under the pointer, and, in the enlarged figure, a part of them drawn large.
// What is drawn where stands beside each picture (reports/hover.py); lengths are those of the picture as made.
const night = matchMedia("(prefers-color-scheme: dark)");
const NEAR = 9, TICK = 9, LARGEST = 1000, SVG = document.createRange().createContextualFragment("<svg>").firstChild.namespaceURI;
const by = pair => pair[night.matches ? 1 : 0];

function make(name, attributes, text = "") {
  const one = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
  one.textContent = text; // never markup: names come from records
  return one;
}

async function unpack(text) {
  const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const axes = await new Response(stream).json();
  for (const mark of axes.flatMap(ax => ax.marks).filter(mark => mark.kind === "map")) {
    let level = 0;
    mark.levels = mark.differences.map(step => level += step);
  }
  return axes;
}

function said(value, digits = 4) {
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return value.toLocaleString("en");
  const size = Math.abs(value);
  return size >= 1e-2 && size < 1e5 ? String(Number(value.toPrecision(digits))) : value.toExponential(digits - 1).replace("e+", "e");
}

// An axis: from a value to its share of the whole axis, and back; where a share lies in what is shown.
const flat = (axis, value) => axis.log ? Math.log10(value) : value;
const share = (axis, value) => (flat(axis, value) - flat(axis, axis.ends[0])) / (flat(axis, axis.ends[1]) - flat(axis, axis.ends[0]));
function valued(axis, part) {
  const [low, high] = axis.ends.map(end => flat(axis, end)), value = low + part * (high - low);
  return axis.log ? 10 ** value : value;
}
const worded = axis => Object.keys(axis.words).length > 0;
function named(axis, value, digits = 4) {
  const place = Object.keys(axis.words).find(key => Math.abs(key - value) <= 0.5);
  return worded(axis) ? axis.words[place] ?? "" : `${axis.name}: ${said(value, digits)}`;
}

class Plot {
  constructor(box, axes) {
    Object.assign(this, { box, axes, views: new Map(), at: null });
    const image = box.querySelector("img");
    this.size = [image, image].map((one, i) => Number(one.getAttribute(["width", "height"][i])));
    this.over = make("svg", { class: "over", viewBox: `0 0 ${this.size.join(" ")}`, "aria-hidden": "true" });
    this.part = this.over.appendChild(make("g", {}));
    this.ring = this.over.appendChild(make("circle", { class: "ring", r: 5, visibility: "hidden" }));
    this.tip = document.createElement("div");
    this.tip.className = "tip";
    this.tip.setAttribute("role", "status");
    box.append(this.over, this.tip);
    night.addEventListener("change", () => this.draw());
  }

  // Panels with the same range show the same part, so that they compare.
  key(ax, side) { return side + JSON.stringify([ax[side].ends, ax[side].log]); }
  view(ax, side) { return this.views.get(this.key(ax, side)) ?? [0, 1]; }
  place(ax, side, value) {
    const [from, to] = this.view(ax, side), [left, top, right, bottom] = ax.box;
    const there = (share(ax[side], value) - from) / (to - from);
    return side === "x" ? left + there * (right - left) : bottom - there * (bottom - top);
  }
  partAt(ax, side, length) {
    const [from, to] = this.view(ax, side), [left, top, right, bottom] = ax.box;
    const there = side === "x" ? (length - left) / (right - left) : (bottom - length) / (bottom - top);
    return from + there * (to - from);
  }
  valueAt(ax, side, length) { return valued(ax[side], this.partAt(ax, side, length)); }
  places(ax, mark) {
    return mark.x.map((x, i) => x === null || mark.y[i] === null ? null : [this.place(ax, "x", x), this.place(ax, "y", mark.y[i])]);
  }
  axesAt([x, y]) { return this.axes.find(({ box: [left, top, right, bottom] }) => x >= left && x <= right && y >= top && y <= bottom); }
  measure(event) {
    const { left, top, width } = this.box.querySelector("img").getBoundingClientRect(), scale = this.size[0] / width;
    return [(event.clientX - left) * scale, (event.clientY - top) * scale];
  }

  // What is told at a place: of the nearest mark, else of the map or the area there; null beside the axes.
  find(at) {
    const ax = this.axesAt(at);
    if (!ax) return null;
    let best = null, least = NEAR;
    for (const mark of [...ax.marks].reverse()) {
      const hit = { points: nearestPoint, curve: nearestOfCurve }[mark.kind]?.(this.places(ax, mark), at);
      if (hit && hit.distance < least) [best, least] = [{ ...hit, mark }, hit.distance];
    }
    if (best) return this.told(ax, best);
    for (const mark of [...ax.marks].reverse()) {
      const lines = mark.kind === "map" ? this.cell(ax, mark, at) : mark.kind === "area" ? this.area(ax, mark, at) : null;
      if (lines) return { ax, at, lines };
    }
    return { ax, at, lines: ["x", "y"].map(side => named(ax[side], this.valueAt(ax, side, at[side === "x" ? 0 : 1]), 3)) };
  }
  told(ax, { mark, index, at }) {
    const exact = index !== undefined, name = mark.names.length > 1 ? mark.names[index] : mark.names[0];
    const value = (side, i) => exact ? mark[side][index] : this.valueAt(ax, side, at[i]);
    return { ax, at, ring: true, lines: [name, ...["x", "y"].map((side, i) => named(ax[side], value(side, i)))] };
  }
  cell(ax, mark, at) {
    const [x, y] = [this.valueAt(ax, "x", at[0]), this.valueAt(ax, "y", at[1])], [left, right, bottom, top] = mark.ends, [rows, columns] = mark.shape;
    const row = Math.floor((y - bottom) / (top - bottom) * rows), column = Math.floor((x - left) / (right - left) * columns);
    if (row < 0 || row >= rows || column < 0 || column >= columns) return null;
    const index = row * columns + column, level = mark.levels[index], name = mark.names[index];
    const where = [named(ax.x, x, 3), named(ax.y, y, 3)];
    if (level < 0) return [...where, "no value"];
    const number = mark.least + level / (mark.levels_told - 1) * (mark.most - mark.least), value = mark.log ? 10 ** number : number;
    const cut = mark.log && value <= mark.cut * 1.0005;
    const measured = name ?? `${ax.value}: ${cut ? "at most " : ""}${said(value)}`;
    return [ax.title === ax.value ? "" : ax.title, measured, ...where];
  }
  area(ax, mark, at) {
    if (!(mark.names.length || "value" in mark) || !within(this.places(ax, mark), at)) return null;
    const long = worded(ax.y) ? "x" : "y", other = long === "x" ? "y" : "x";
    const middle = (Math.min(...mark[other]) + Math.max(...mark[other])) / 2;
    if ("value" in mark) return [mark.names[0], named(ax[other], middle), named(ax[long], mark.value)];
    return [mark.names[0], ...["x", "y"].map((side, i) => named(ax[side], this.valueAt(ax, side, at[i]), 3))];
  }

  point(at) {
    this.at = at;
    const found = at && this.find(at), lines = found ? found.lines.filter(Boolean) : [];
    this.tip.replaceChildren(...lines.map(line => Object.assign(document.createElement("div"), { textContent: line })));
    this.ring.setAttribute("visibility", found?.ring || (found && this.keys) ? "visible" : "hidden");
    if (!found) return;
    const [x, y] = found.at, [width, height] = this.size;
    this.ring.setAttribute("cx", x);
    this.ring.setAttribute("cy", y);
    Object.assign(this.tip.style, {
      left: x < width / 2 ? `calc(${100 * x / width}% + 14px)` : "auto", right: x < width / 2 ? "auto" : `calc(${100 - 100 * x / width}% + 14px)`,
      top: y < height / 2 ? `calc(${100 * y / height}% + 14px)` : "auto", bottom: y < height / 2 ? "auto" : `calc(${100 - 100 * y / height}% + 14px)`,
    });
  }

  get zoomable() { return this.axes.some(ax => !worded(ax.x) || !worded(ax.y)); }
  // Show a part `factor` times as small around a place, which stays where it is.
  zoom(factor, at = this.at) {
    const ax = (at && this.axesAt(at)) ?? this.axes[0], [left, top, right, bottom] = ax.box;
    const middle = at && this.axesAt(at) ? at : [(left + right) / 2, (top + bottom) / 2];
    for (const [i, side] of ["x", "y"].entries()) {
      const [from, to] = this.view(ax, side), still = this.partAt(ax, side, middle[i]);
      const width = Math.max(1 / LARGEST, (to - from) / factor);
      this.show(ax, side, still - (still - from) * width / (to - from), width);
    }
    this.draw();
  }
  move(ax, dx, dy) {
    const [left, top, right, bottom] = ax.box;
    for (const [side, by] of [["x", -dx / (right - left)], ["y", dy / (bottom - top)]]) {
      const [from, to] = this.view(ax, side);
      this.show(ax, side, from + by * (to - from), to - from);
    }
    this.draw();
  }
  show(ax, side, from, width) {
    if (worded(ax[side])) return;
    const start = Math.min(Math.max(from, 0), 1 - width);
    if (width >= 1 - 1e-9) this.views.delete(this.key(ax, side));
    else this.views.set(this.key(ax, side), [start, start + width]);
  }
  reset() { this.views.clear(); this.draw(); }

  draw() {
    this.part.replaceChildren();
    this.box.classList.toggle("zoomed", this.views.size > 0);
    const shown = this.axes.filter(ax => ["x", "y"].some(side => this.views.has(this.key(ax, side))));
    const rect = ([left, top, right, bottom], kind) => make("rect", { class: kind, x: left, y: top, width: right - left, height: bottom - top });
    this.part.append(...shown.flatMap(ax => [...ax.covered, ...rims(ax)]).map(box => rect(box, "paper")));
    for (const ax of shown) {
      const [left, top, right, bottom] = ax.box, width = right - left, height = bottom - top;
      const pane = make("svg", { x: left, y: top, width, height, viewBox: `${left} ${top} ${width} ${height}` });
      pane.append(rect(ax.box, "paper"), ...ticksOf(this, ax, true), ...ax.marks.flatMap(mark => drawn(this, ax, mark)));
      this.part.append(pane, rect(ax.box, "frame"), ...ticksOf(this, ax, false));
    }
    if (this.at) this.point(this.at);
  }
}

// Where the ticks of the picture are, which are wrong of a part.
function rims(ax) {
  const [left, top, right, bottom] = ax.box;
  return [...worded(ax.x) ? [] : [[left, bottom, right, bottom + TICK]], ...worded(ax.y) ? [] : [[left - TICK, top, left, bottom]]];
}

function nearestPoint(places, at) {
  let found = null;
  for (const [index, place] of places.entries()) {
    const distance = place ? Math.hypot(place[0] - at[0], place[1] - at[1]) - 3 : Infinity; // marks are wider than lines
    if (!found || distance < found.distance) found = { distance, index, at: place };
  }
  return found;
}

// The nearest place of a curve: the record next to it, or a place between two that lie far apart.
function nearestOfCurve(places, at) {
  let found = null;
  for (let i = 1; i < places.length; i++) {
    const [one, other] = [places[i - 1], places[i]];
    if (!one || !other) continue;
    const along = [other[0] - one[0], other[1] - one[1]], length = along[0] ** 2 + along[1] ** 2 || 1;
    const t = Math.min(1, Math.max(0, ((at[0] - one[0]) * along[0] + (at[1] - one[1]) * along[1]) / length));
    const foot = [one[0] + t * along[0], one[1] + t * along[1]], distance = Math.hypot(foot[0] - at[0], foot[1] - at[1]);
    if (found && distance >= found.distance) continue;
    const away = Math.min(t, 1 - t) * Math.sqrt(length), index = t < 0.5 ? i - 1 : i;
    found = away > 2 * NEAR ? { distance, at: foot } : { distance, index, at: places[index] };
  }
  return found;
}

function within(places, [x, y]) {
  let inside = false;
  for (let i = 0, j = places.length - 1; i < places.length; j = i++) {
    const [a, b] = [places[i], places[j]];
    if (a && b && a[1] > y !== b[1] > y && x < (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) + a[0]) inside = !inside;
  }
  return inside;
}

const path = (places, end = "") => places.map((place, i) => place && `${i && places[i - 1] ? "L" : "M"}${place[0].toFixed(1)} ${place[1].toFixed(1)}`).filter(Boolean).join("") + end;

function drawn(plot, ax, mark) {
  if (mark.kind === "map") return [coloured(plot, ax, mark)];
  const places = plot.places(ax, mark);
  if (mark.kind === "curve") return [make("path", { d: path(places), fill: "none", stroke: by(mark.colour), "stroke-width": mark.width, "stroke-dasharray": mark.dash })];
  if (mark.kind === "area") return [make("path", { d: path(places, "Z"), fill: by(mark.face) })];
  if (mark.kind === "text") {
    const [[x, y]] = places, [dx, dy] = mark.beside;
    return [make("text", { x: x + dx, y: y - dy, fill: by(mark.colour), "font-size": 13, "text-anchor": mark.anchor }, mark.names[0])];
  }
  return places.flatMap((place, i) => {
    const look = mark.looks[mark.look[i]];
    return place ? [make("path", { d: look.d, transform: `translate(${place[0]} ${place[1]})`, fill: by(look.face), stroke: by(look.edge), "stroke-width": look.width })] : [];
  });
}

function coloured(plot, ax, mark) {
  const [rows, columns] = mark.shape, [left, right, bottom, top] = mark.ends;
  if (!mark.url) {
    const canvas = Object.assign(document.createElement("canvas"), { width: columns, height: rows }), pen = canvas.getContext("2d");
    for (const [i, level] of mark.levels.entries()) {
      if (level < 0) continue;
      pen.fillStyle = mark.colours[Math.floor(level / mark.levels_told * mark.colours.length)];
      pen.fillRect(i % columns, rows - 1 - Math.floor(i / columns), 1, 1);
    }
    mark.url = canvas.toDataURL();
  }
  const [x, y] = [plot.place(ax, "x", left), plot.place(ax, "y", top)];
  return make("image", { href: mark.url, x, y, width: plot.place(ax, "x", right) - x, height: plot.place(ax, "y", bottom) - y, preserveAspectRatio: "none", style: "image-rendering: pixelated" });
}

// Round values in what an axis shows: powers of ten over many decades, else multiples of 1, 2 or 5.
function ticks(low, high, log) {
  if (log && high / low > 30) {
    const [first, last] = [Math.ceil(Math.log10(low)), Math.floor(Math.log10(high))], step = Math.ceil((last - first + 1) / 5);
    return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) => 10 ** (first + i * step)).map(value => [value, value.toExponential(0).replace("e+", "e")]);
  }
  const rough = (high - low) / 4, power = 10 ** Math.floor(Math.log10(rough)), step = power * [1, 2, 5, 10].find(times => times * power >= rough * 0.999);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9)), first = Math.ceil(low / step - 1e-9), plain = digits < 4 && Math.abs(high) < 1e5;
  const tell = value => plain ? value.toFixed(digits) : value === 0 ? "0" : value.toExponential(Math.max(0, Math.floor(Math.log10(Math.abs(value))) + digits)).replace("e+", "e");
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step).map(value => [value, tell(value)]);
}

// Lines of the grid in the pane, or numbers beside it.
function ticksOf(plot, ax, lines) {
  const [left, top, right, bottom] = ax.box;
  return ["x", "y"].flatMap(side => {
    const axis = ax[side], ends = plot.view(ax, side).map(part => valued(axis, part)).sort((a, b) => a - b);
    if (worded(axis) || (lines ? ax.map : !axis.numbered)) return [];
    return ticks(...ends, axis.log).map(([value, text]) => {
      const at = plot.place(ax, side, value);
      if (lines) return make("line", side === "x" ? { class: "grid", x1: at, x2: at, y1: top, y2: bottom } : { class: "grid", x1: left, x2: right, y1: at, y2: at });
      return make("text", side === "x" ? { class: "tick", x: at, y: bottom + 16, "text-anchor": "middle" } : { class: "tick", x: left - 5, y: at + 4, "text-anchor": "end" }, text);
    });
  });
}
