"""What the picture shows: the figures with a target, and how far they are from it."""

from pathlib import Path

import pytest
from matplotlib.figure import Figure as Canvas

from experiments.benchmarks import picture
from experiments.benchmarks.figures import Figure

FIGURES = [
    Figure("standard", "ours", 70.25, "ms"),
    Figure("standard", "JAX over ours", 6.0, "", "higher", 3.0),
    Figure("drop", "pause at a drop", 100.0, "ms", "lower", 50.0),
]


def test_figures_without_a_target_are_left_out() -> None:
    shown = picture.bars(FIGURES)
    assert [figure.figure for figure, _ in shown] == ["JAX over ours", "pause at a drop"]
    assert [times for _, times in shown] == pytest.approx([2.0, 0.5])


def test_a_pause_that_cannot_be_seen_is_drawn_all_the_same() -> None:
    ((_, times),) = picture.bars([Figure("drop", "pause", -0.3, "ms", "lower", 50.0)])
    assert times == picture.MOST


def test_met_and_missed_have_their_colours_on_a_logarithmic_axis() -> None:
    axes = Canvas().subplots()
    picture.draw(FIGURES, axes)
    colours = {line.get_color() for line in axes.get_lines() if line.get_marker() == "o"}
    assert colours == {picture.MET, picture.MISSED}
    assert axes.get_xscale() == "log"


@pytest.mark.parametrize("figures", [FIGURES, []])
def test_the_same_figures_give_the_same_file(figures: list[Figure], tmp_path: Path) -> None:
    for name in ("one.svg", "two.svg"):
        picture.write(tmp_path / name, figures)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
