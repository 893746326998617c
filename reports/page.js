// Without this script the page is complete: it sorts tables, enlarges figures, points at values, and says what scrolls.
function tell() {
  for (const box of document.querySelectorAll(".scroll")) box.classList.toggle("cut", box.scrollWidth > box.clientWidth);
}
addEventListener("resize", tell);
document.addEventListener("toggle", tell, true);

// The number that a cell begins with, a duration in seconds, or none.
function size(text) {
  const times = [...text.matchAll(/(\d+) (h|min|s)\b/g)];
  if (times.length) return times.reduce((sum, [, n, unit]) => sum + n * { h: 3600, min: 60, s: 1 }[unit], 0);
  return parseFloat(text.replaceAll(",", "").replace(/^[<±#]\s*/, ""));
}

function sort(table, column, down) {
  const body = table.tBodies[0], rows = [...body.rows], of = row => row.cells[column].textContent.trim();
  const known = rows.filter(row => of(row) !== "–"), unknown = rows.filter(row => of(row) === "–");
  const numbers = known.every(row => Number.isFinite(size(of(row))));
  const order = numbers ? (a, b) => size(of(a)) - size(of(b)) : (a, b) => of(a).localeCompare(of(b), "en", { numeric: true });
  known.sort((a, b) => (down ? -1 : 1) * order(a, b));
  body.append(...known, ...unknown);
}

// A table whose first column has no heading has a column for each thing, and an order of its own.
for (const head of document.querySelectorAll("thead:not(:has(th:first-child:empty)) th")) {
  const button = document.createElement("button"), table = head.closest("table");
  button.type = "button";
  button.textContent = head.textContent;
  head.replaceChildren(button);
  button.onclick = () => {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of table.querySelectorAll("th")) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    sort(table, head.cellIndex, down);
  };
}

// Hover: a picture is read when the pointer first comes to it. Browsers too old to unpack it show the picture alone.
const plots = new Map();
function plotOf(box) {
  if (!plots.has(box)) plots.set(box, unpack(box.dataset.plot).then(axes => new Plot(box, axes)).catch(() => null));
  return plots.get(box);
}
function hover(box) {
  let last = null; // the pointer may have left before the picture is read
  const answer = async () => {
    const plot = await plotOf(box);
    plot?.point(last && plot.measure(last));
  };
  box.addEventListener("pointermove", event => {
    if (event.pointerType !== "mouse" || event.buttons) return;
    last = event;
    answer();
  });
  box.addEventListener("pointerleave", () => {
    last = null;
    if (plots.has(box)) answer();
  });
}

// Zoom: in the enlarged figure alone, where a wheel without Ctrl still scrolls.
function zoomed(box, plot) {
  const fingers = new Map();
  box.addEventListener("wheel", event => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    plot.zoom(2 ** (-event.deltaY / 200), plot.measure(event));
  }, { passive: false });
  box.ondblclick = event => plot.zoom(2, plot.measure(event));
  box.onpointerdown = event => {
    fingers.set(event.pointerId, plot.measure(event));
    box.setPointerCapture(event.pointerId);
    plot.point(plot.measure(event));
  };
  box.onpointerup = box.onpointercancel = event => fingers.delete(event.pointerId);
  box.addEventListener("pointermove", event => {
    const before = fingers.get(event.pointerId), now = plot.measure(event);
    if (!before) return;
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1], ax = plot.axesAt(before);
    const apart = place => Math.hypot(place[0] - other[0], place[1] - other[1]) || 1;
    if (other) plot.zoom(apart(now) / apart(before), now.map((one, i) => (one + other[i]) / 2));
    else if (ax && plot.views.size) plot.move(ax, now[0] - before[0], now[1] - before[1]);
    fingers.set(event.pointerId, now);
  });
  box.onkeydown = event => {
    const arrow = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const times = { "+": 2, "=": 2, "-": 0.5 }[event.key];
    if (!arrow && !times && event.key !== "0") return;
    event.preventDefault();
    if (times) plot.zoom(times);
    else if (arrow) step(plot, arrow, event.shiftKey ? 40 : 4);
    else plot.reset();
  };
}

// The pointer of the keyboard; at the rim of an axes the part that is shown moves on instead.
function step(plot, [right, down], length) {
  plot.keys = true;
  const [x0, y0, x1, y1] = plot.axes[0].box, at = plot.at ?? [(x0 + x1) / 2, (y0 + y1) / 2], ax = plot.axesAt(at) ?? plot.axes[0];
  const next = [at[0] + right * length, at[1] + down * length];
  if (plot.views.size && plot.axesAt(next) !== ax) plot.move(ax, -right * length, -down * length);
  else if (plot.axesAt(next)) plot.at = next;
  plot.point(plot.at ?? at);
}

const large = document.getElementById("large"), tools = large.querySelector(".tools");
let plot = null;
large.querySelector("button").onclick = () => large.close();
large.onclick = event => { if (event.target === large) large.close(); };
for (const button of tools.querySelectorAll("button")) {
  button.onclick = () => Number(button.value) ? plot.zoom(Number(button.value)) : plot.reset();
}
async function enlarge(figure) {
  const copy = figure.cloneNode(true), box = copy.querySelector(".plot"), image = copy.querySelector("img");
  for (const extra of box.querySelectorAll(".over, .tip")) extra.remove();
  for (const name of ["role", "tabindex", "aria-haspopup"]) image.removeAttribute(name);
  large.style.setProperty("--shape", image.getAttribute("width") / image.getAttribute("height"));
  large.querySelector(".room").replaceChildren(...copy.children);
  tools.hidden = true;
  large.showModal();
  hover(box);
  plot = await plotOf(box);
  if (!plot) return;
  box.tabIndex = 0;
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", "Plot: arrow keys point, plus and minus zoom, 0 shows all");
  tools.hidden = !plot.zoomable;
  zoomed(box, plot);
}
for (const image of document.querySelectorAll("figure img")) {
  const figure = image.closest("figure");
  hover(figure.querySelector(".plot"));
  image.tabIndex = 0;
  image.setAttribute("role", "button");
  image.setAttribute("aria-haspopup", "dialog");
  image.onclick = () => enlarge(figure);
  image.onkeydown = event => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    image.click();
  };
}
tell();
