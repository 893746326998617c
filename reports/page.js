"use strict";
// Without this script the page is complete: it sorts tables, enlarges figures, and says what scrolls.
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

const zoom = document.getElementById("zoom");
zoom.querySelector("button").onclick = () => zoom.close();
zoom.onclick = event => { if (event.target === zoom) zoom.close(); };
for (const image of document.querySelectorAll("figure img")) {
  image.tabIndex = 0;
  image.setAttribute("role", "button");
  image.title = "enlarge";
  image.onclick = () => {
    const figure = image.closest("figure").cloneNode(true), large = figure.querySelector("img");
    zoom.style.setProperty("--shape", image.naturalWidth / image.naturalHeight);
    for (const name of ["role", "tabindex", "title"]) large.removeAttribute(name);
    zoom.querySelector("div").replaceChildren(...figure.children);
    zoom.showModal();
  };
  image.onkeydown = event => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    image.click();
  };
}
tell();
