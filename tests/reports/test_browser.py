"""The page in a real browser: no error, no sideways scroll, and plots that answer."""

import html
import json
import re
import shutil
import subprocess
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from nas import reports
from nas.reports import page as pages
from nas.reports.figures import Picture, front, solution
from nas.reports.style import RC
from tests.reports.synthetic_campaign import realistic

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--allow-file-access-from-files",
    "--enable-logging=stderr",
    "--virtual-time-budget=8000",
    "--dump-dom",
]

# The page in a frame of a given width, and what it measures there.
PROBE = """<body><iframe id="frame" src="{page}" style="width:{width}px;height:800px"></iframe>
<script>document.getElementById("frame").onload = event => {{
  const page = event.target.contentDocument;
  const broken = [...page.images].filter(image => !image.naturalWidth).length;
  const cut = [...page.querySelectorAll(".scroll")].filter(t => t.scrollWidth > t.clientWidth);
  const told = cut.filter(t => getComputedStyle(t).backgroundAttachment.startsWith("local, local"));
  document.title = [
    page.documentElement.scrollWidth, page.images.length, broken, cut.length, told.length
  ].join(" ");
}}</script></body>"""

# The page with a pointer: it goes to shares of the width and height of a picture, and what is told
# there is written down; so is what the enlarged picture tells, after a wheel without and with
# Ctrl, a button and keys.
POINTER = """<body><iframe id="frame" src="{page}" style="width:1280px;height:900px"></iframe>
<script>document.getElementById("frame").onload = async event => {{
  const view = event.target.contentWindow, page = view.document, told = [];
  const wait = () => new Promise(go => setTimeout(go, 400));
  const image = [...page.images].find(one => one.alt.startsWith("{alt}"));
  const at = box => {{
    const {{ left, top, width, height }} = box.querySelector("img").getBoundingClientRect();
    const place = {{ clientX: left + {across} * width, clientY: top + {down} * height }};
    return {{ ...place, bubbles: true, cancelable: true, pointerType: "mouse", pointerId: 1 }};
  }};
  const point = async box => {{
    box.dispatchEvent(new view.PointerEvent("pointermove", at(box)));
    await wait();
    told.push([...box.querySelectorAll(".tip div")].map(line => line.textContent));
  }};
  await point(image.closest(".plot"));
  image.click();
  await wait();
  const large = page.querySelector("dialog .plot");
  const tick = () => large.querySelectorAll(".tick").length;
  const wheel = ctrlKey => {{
    const turn = new view.WheelEvent("wheel", {{ ...at(large), deltaY: -400, ctrlKey }});
    large.dispatchEvent(turn);
    told.push([turn.defaultPrevented, tick() > 0]);
  }};
  const down = key => new view.KeyboardEvent("keydown", {{ key, bubbles: true }});
  const press = key => large.dispatchEvent(down(key));
  wheel(false);
  wheel(true);
  await point(large);
  page.querySelector("dialog [value='0']").click();
  told.push(tick());
  press("+");
  told.push(tick() > 0);
  press("0");
  told.push(tick());
  await point(large);
  press("ArrowRight");
  told.push([...large.querySelectorAll(".tip div")].map(line => line.textContent));
  document.title = JSON.stringify(told);
}};</script></body>"""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return reports.write(realistic(trials=3).write(tmp_path_factory.mktemp("campaign")))


@pytest.mark.parametrize("width", [1280, 400])
def test_the_page_opens_without_an_error_and_fits(page: Path, width: int, tmp_path: Path) -> None:
    probe = PROBE.format(page=page.as_uri(), width=width)
    dumped = _dump(tmp_path / "probe.html", probe, tmp_path)
    found = re.search(r"<title>(\d+) (\d+) (\d+) (\d+) (\d+)</title>", dumped)
    assert found, dumped[:500]
    content, images, broken, cut, told = map(int, found.groups())
    assert content <= width
    assert images >= 10
    assert broken == 0
    assert cut > 0 or width > 400
    assert told == cut, "a table that is cut says so by a shadow at its edge"


def _dump(probe: Path, text: str, tmp_path: Path) -> str:
    probe.write_text(text, encoding="utf-8")
    command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", probe.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert "CONSOLE" not in done.stderr
    return done.stdout


def _pointed(page: Path, picture: Picture, place: Any, tmp_path: Path) -> list[Any]:
    """What is told where ``place(axes)``, coordinates of the first axes' data, is on a picture."""
    with mpl.rc_context(RC):
        figure = Figure(figsize=picture.size)
        FigureCanvasAgg(figure)
        picture.draw(figure)
        figure.draw_without_rendering()
        across, up = figure.transFigure.inverted().transform(
            figure.axes[0].transData.transform(place(figure.axes[0]))
        )
    asked = {"page": page.as_uri(), "alt": picture.alt[:20], "across": across, "down": 1 - up}
    found = _dump(tmp_path / "pointer.html", POINTER.format(**asked), tmp_path)
    title = re.search(r"<title>(.*?)</title>", found, re.DOTALL)
    assert title, found[-500:]
    return list(json.loads(html.unescape(title[1])))


def _trial(row: Any, ax: Axes) -> tuple[float, float]:
    return float(row["parameters"]), float(row["held_out_loss"])


def test_a_trial_is_told_under_the_pointer_and_a_part_is_drawn_large(
    page: Path, tmp_path: Path
) -> None:
    (picture,) = front.pictures(pages.read(page.parents[1]))
    trials = pd.read_csv(page.parent / "tables" / "trials.csv")
    row = trials[trials["recommended"]].iloc[0]
    told = _pointed(page, picture, partial(_trial, row), tmp_path)
    first, plain, ctrl, zoomed, reset, by_key, by_zero, again, moved = told
    assert first[0] == f"trial {row['trial']}, recommended"
    assert float(first[1].split(": ")[1].replace(",", "")) == row["parameters"]
    assert float(first[2].split(": ")[1]) == pytest.approx(row["held_out_loss"], rel=1e-3)
    assert plain == [False, False], "the wheel alone scrolls"
    assert ctrl == [True, True]
    assert zoomed == first, "what is pointed at stays under the pointer"
    assert (reset, by_key, by_zero) == (0, True, 0)
    assert again == first
    assert moved


def test_a_map_tells_its_value_in_both_halves(page: Path, tmp_path: Path) -> None:
    report = pages.read(page.parents[1])
    (picture,) = solution.pictures(report)
    assert report.map is not None
    one = report.map.main
    values = one.values["u"]
    rows, columns = values.shape
    row, column = 12, 10
    (left, right), (bottom, top) = one.ends
    cell = (
        left + (column + 0.5) / columns * (right - left),
        bottom + (row + 0.5) / rows * (top - bottom),
    )
    first, _, _, zoomed, *_ = _pointed(page, picture, lambda ax: cell, tmp_path)
    assert first[0] == "prediction"
    name, value = first[1].split(": ")
    assert name == "u"
    spread = np.nanmax(values) - np.nanmin(values)
    assert float(value) == pytest.approx(values[row, column], abs=1e-3 * spread)
    assert [float(line.split(": ")[1]) for line in first[2:]] == pytest.approx(cell, abs=0.01)
    assert zoomed[1] == first[1]
