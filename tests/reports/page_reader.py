"""The page as text and tags."""

from html.parser import HTMLParser
from pathlib import Path


class Reader(HTMLParser):
    """Collects what the tests ask for: tags with attributes, and text."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.folded: list[str] = []  # the words within <details>, which is closed at first
        self._depth = 0
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self._depth += tag == "details"

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag == "details"

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._depth:
            self.folded.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())
