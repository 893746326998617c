"""The page in a real browser: no error, and no sideways scroll on a screen or a telephone."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from nas import reports
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

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return reports.write(realistic(trials=3).write(tmp_path_factory.mktemp("campaign")))


@pytest.mark.parametrize("width", [1280, 400])
def test_the_page_opens_without_an_error_and_fits(page: Path, width: int, tmp_path: Path) -> None:
    probe = tmp_path / "probe.html"
    probe.write_text(PROBE.format(page=page.as_uri(), width=width))
    command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", probe.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert "CONSOLE" not in done.stderr
    found = re.search(r"<title>(\d+) (\d+) (\d+) (\d+) (\d+)</title>", done.stdout)
    assert found, done.stdout[:500]
    content, images, broken, cut, told = map(int, found.groups())
    assert content <= width
    assert images >= 10
    assert broken == 0
    assert cut > 0 or width > 400
    assert told == cut, "a table that is cut says so by a shadow at its edge"
