"""Pages whose pictures are not what a test looks at."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from nas.reports import rendering
from nas.reports.figures import Picture
from nas.reports.rendering import Rendered


@pytest.fixture
def unpainted(monkeypatch: pytest.MonkeyPatch) -> None:
    """All figures with their words, but none is drawn, which takes nearly all of a page's time."""

    def draw(pictures: Sequence[Picture], folder: Path) -> list[Rendered]:
        return [
            Rendered(one.name, one.title, one.alt, one.reading, 96, 96, "data:,", "data:,", "")
            for one in pictures
        ]

    monkeypatch.setattr(rendering, "draw", draw)
