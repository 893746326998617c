"""Every file in reports/figures keeps the contract; a new one is tested without a new test."""

import importlib
import pkgutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from nas.errors import UserError
from nas.reports import example, figures, interval_plot, report, style
from nas.reports.figures import (
    SECTIONS,
    collect,
    front,
    learning_curves,
    residual,
    responsibility,
    solution,
)
from nas.reports.figures import combinations as combined
from nas.reports.figures import experts as own_predictions
from nas.reports.report import Report
from nas.search_spaces import AXES
from tests.reports.synthetic_campaign import Campaign, expert, realistic, run_row

NOT_SHOWN = {
    *(("moments", kind) for kind in example.MAPS if kind != "space-time"),
    ("responsibility", "line"),  # the weights' curves show it
    *(("settings", kind) for kind in example.MAPS),  # of four trials nothing can be said
}
MODULES = [module.name for module in pkgutil.iter_modules(figures.__path__)]


@pytest.fixture(scope="module")
def l_shape(tmp_path_factory: pytest.TempPathFactory) -> Report:
    made = realistic("l_shape", trials=4, broken=(1,))
    return report.of(made.records(tmp_path_factory.mktemp("l")))


@pytest.fixture(scope="module")
def flow(tmp_path_factory: pytest.TempPathFactory) -> Report:
    made = realistic("flow", trials=2, broken=())
    return report.of(made.records(tmp_path_factory.mktemp("f")))


@pytest.mark.parametrize("kind", example.MAPS)
@pytest.mark.parametrize("name", MODULES)
def test_a_figure_keeps_the_contract(name: str, kind: str) -> None:
    module = importlib.import_module(f"nas.reports.figures.{name}")
    assert module.SECTION in SECTIONS
    assert isinstance(module.ORDER, int)
    assert callable(module.summarise)
    assert callable(module.draw)
    before = dict(mpl.rcParams)
    made = module.pictures(example.report(kind))
    assert bool(made) == ((name, kind) not in NOT_SHOWN)
    for picture in made:
        assert len(picture.alt) > 20
        assert picture.reading.endswith(".")
        assert picture.size[0] <= 5, "wider ones have letters too small for a small screen"
        figure = Figure(figsize=picture.size)
        picture.draw(figure)
        assert figure.axes
    assert dict(mpl.rcParams) == before, "global state is left alone"


def test_names_of_pictures_differ(flow: Report) -> None:
    names = [picture.name for made in collect(flow).values() for picture in made]
    assert len(names) == len(set(names))
    assert {"experts_u", "experts_p", "solution_u", "solution_p", "residual"} <= set(names)
    assert "error_u" not in names, "no reference, so no error"


def test_no_figure_fails_without_rows(tmp_path: Path) -> None:
    assert not any(collect(report.of(Campaign().records(tmp_path))).values())


def test_front_shows_the_small_alternative() -> None:
    made = example.report()
    trials = made.records.trials.assign(alternative=made.records.trials["trial"] == 0)
    (picture,) = front.pictures(replace(made, records=replace(made.records, trials=trials)))
    assert "Recommended: trial 1, 500 parameters" in picture.alt
    assert "Small alternative: trial 0, 420 parameters" in picture.alt
    figure = Figure(figsize=picture.size)
    picture.draw(figure)
    (legend,) = figure.legends
    assert "small alternative" in [text.get_text() for text in legend.get_texts()]


def test_front_counts_only_finite_trials(l_shape: Report) -> None:
    data = front.summarise(l_shape)
    assert data is not None
    assert list(data.trials["standing"]).count("recommended") == 1
    assert len(data.trials) == 3, "the failed trial has no loss to show"


# Of a front whose two largest networks lie beside each other at the right end.
CLOSE = [(400.0, 8e-5), (609.0, 4.5e-6), (1570.0, 4.4e-6), (2210.0, 4.35e-6)]


@pytest.mark.parametrize("places", [CLOSE, CLOSE[::-1], CLOSE[:2]])
def test_labels_of_the_front_lie_in_the_axes_and_on_no_mark(
    places: list[tuple[float, float]],
) -> None:
    rows = [
        (f"race-0-{i}", *at, "on the front" if i else "recommended") for i, at in enumerate(places)
    ]
    trials = pd.DataFrame(rows, columns=["label", "parameters", "held_out_loss", "standing"])
    data = front.Front(trials.sort_values("parameters", ignore_index=True), "contestant")
    with mpl.rc_context(style.RC):
        figure = Figure(figsize=front.SIZE)
        canvas = FigureCanvasAgg(figure)
        front.draw(data, figure)
        figure.draw_without_rendering()
        ax, renderer = figure.axes[0], canvas.get_renderer()  # type: ignore[no-untyped-call]
        boxes = {text.get_text(): Text.get_window_extent(text, renderer) for text in ax.texts}
    assert boxes.keys() == set(trials["label"])
    marks = ax.transData.transform(trials[["parameters", "held_out_loss"]])
    for name, box in boxes.items():
        assert ax.bbox.x0 <= box.x0 < box.x1 <= ax.bbox.x1, name
        assert ax.bbox.y0 <= box.y0 < box.y1 <= ax.bbox.y1, name
        assert not any(box.contains(*mark) for mark in marks), name
        assert sum(box.overlaps(other) for other in boxes.values()) == 1, "itself"


def test_of_many_learning_curves_some_are_drawn_and_the_caption_says_so(
    l_shape: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    (every,) = learning_curves.pictures(l_shape)
    assert "held-out losses of the other runs." in every.reading
    monkeypatch.setattr(learning_curves, "MOST_OTHERS", 2)
    data = learning_curves.summarise(l_shape)
    assert data is not None
    assert data.others["run"].unique().tolist() == ["0000-0", "0002-0"]
    (some,) = learning_curves.pictures(l_shape)
    assert "held-out losses of 2 of the 3 other runs." in some.reading


def test_learning_curves_find_the_phases_and_mind_what_has_no_logarithm(tmp_path: Path) -> None:
    made = realistic(trials=1, broken=())
    made.tables["history"][3]["loss"] = float("inf")
    made.tables["history"][4]["loss"] = 0.0
    data = learning_curves.summarise(report.of(made.records(tmp_path)))
    assert data is not None
    assert [(one.name, one.start) for one in data.phases] == [
        ("warm-up", 0), ("gate", 550), ("selection", 850), ("fine-tuning", 2350),
    ]  # fmt: skip
    assert data.mine["loss"].isna().sum() == 2


@pytest.mark.parametrize("values", [(1 - 1e-6,), (0.0,), (0.4, 1.6)])
def test_a_dot_at_the_end_of_a_scale_is_whole(values: tuple[float, ...]) -> None:
    levels = tuple(map(str, range(len(values))))
    none, notes = (float("nan"),) * len(values), ("",) * len(values)
    data = interval_plot.Levels(
        AXES[1], levels, notes, values, none, none, "shares", None, 1.0, len(values)
    )
    figure = Figure(figsize=(4, 2))
    interval_plot.draw(data, figure)
    left, right = figure.axes[0].get_xlim()
    radius = 0.025 * (right - left)
    assert left + radius <= min(values)
    assert max(*values, 1.0) <= right - radius


def test_combinations_by_hand(tmp_path: Path) -> None:
    made = Campaign()
    made.tables["runs"] = [run_row("a")]
    made.tables["experts"] = [
        expert("a", 0, "survived", 9, activation="sine"),
        expert("a", 1, "dropped", 9, activation="sine"),
        expert("a", 2, "dropped", 9, depth=3),
    ]
    data = combined.summarise(report.of(made.records(tmp_path)))
    assert data is not None
    assert data.rate.loc["2×16", "sine"] == 0.5
    assert data.label.loc["2×16", "sine"] == "1/2"
    assert data.label.loc["3×16", "tanh"] == "0/1"
    assert data.rate["sine"].isna().to_list() == [False, True]


def test_a_map_knows_which_way_is_up_and_the_blank_corner(l_shape: Report) -> None:
    data = l_shape.map
    assert data is not None
    (plane,) = data.slices
    assert plane.axes == ("x", "y")
    upper_right = plane.values["u"][60:, 60:]
    assert np.isnan(upper_right).all()
    assert np.isfinite(plane.values["u"][:40, :]).all()
    assert plane.ratio == 1.0


def test_what_is_blank_in_a_map_is_hatched_and_said_to_be(l_shape: Report) -> None:
    (picture,) = solution.pictures(l_shape)
    assert "Hatched: outside the domain" in picture.reading
    figure = Figure()
    picture.draw(figure)
    for ax in figure.axes[:2]:
        assert ax.patch.get_hatch()
        image = ax.images[0].get_array()
        assert image is not None
        assert np.ma.getmaskarray(image)[60:, 60:].all(), "or it would hide the hatches"


def test_residuals_of_pieces_are_shown_as_they_weigh() -> None:
    plane = example.solution().main
    weighted = plane.values | {"residual.weighted": 3 * plane.values["residual.size"]}
    where = replace(example.solution(), slices=(replace(plane, values=weighted),))
    content = replace(example.report(), map=where)
    data = residual.summarise(content)
    assert data is not None
    assert data.name == "|residual|, weighted"
    np.testing.assert_array_equal(data.values[0], weighted["residual.weighted"])
    (picture,) = residual.pictures(content)
    assert "each counts with its weight in the physics loss" in picture.reading
    assert "weighted as in the physics loss: up to 0.0603." in picture.alt


def test_observed_points_are_drawn_where_they_lie(tmp_path: Path) -> None:
    made = realistic("burgers", trials=1, broken=())
    made.problem["observed"] = [{"x": [0.5, -0.5], "t": [0.1, 0.2], "u": [1.0, 2.0]}]
    (picture,) = solution.pictures(report.of(made.records(tmp_path)))
    assert "Circles: where it was observed." in picture.reading
    figure = Figure()
    picture.draw(figure)
    prediction, reference = figure.axes[:2]
    (marks,) = prediction.collections
    assert np.asarray(marks.get_offsets()).tolist() == [[0.1, 0.5], [0.2, -0.5]]
    assert not reference.collections
    assert prediction.get_xlim() == reference.get_xlim()


def test_what_was_observed_on_a_line_is_dots() -> None:
    where = replace(example.line(), observed=({"x": [0.5], "u": [2.0]}, {"x": [0.1], "v": [3.0]}))
    figure = Figure()
    solution.draw((where, "u"), figure)
    dots = figure.axes[0].lines[-1]
    assert dots.get_label() == "observed"
    assert np.asarray(dots.get_xydata()).tolist() == [[0.5, 2.0]]


def test_time_runs_to_the_right(tmp_path: Path) -> None:
    data = report.of(realistic("burgers", trials=1, broken=()).records(tmp_path)).map
    assert data is not None
    (plane,) = data.slices
    assert plane.axes == ("t", "x")
    assert plane.values["u"].shape == (101, 51)
    assert plane.values["u"][75, 0] < -0.9, "u(x, 0) = -sin(πx) is negative at positive x"


def test_titles_stand_clear_of_the_labels_above() -> None:
    planes = replace(example.space(), slices=example.space().slices * 2)
    (picture,) = solution.pictures(replace(example.report("space"), map=planes))
    with mpl.rc_context(style.RC):
        figure = Figure(figsize=picture.size, dpi=72)  # a pixel is a point
        picture.draw(figure)
        canvas: Any = FigureCanvasAgg(figure)
        renderer = canvas.get_renderer()
        figure.draw(renderer)
        rows = figure.axes[:8:4]
        label, title = rows[0].xaxis.label, rows[1].title
        gap = label.get_window_extent(renderer).y0 - title.get_window_extent(renderer).y1
    assert gap > 10


def test_responsibility_is_the_largest_weight(l_shape: Report) -> None:
    data = responsibility.summarise(l_shape)
    assert data is not None
    (winner,) = data.winner
    inside = np.isfinite(winner)
    weights = np.stack([data.where.main.values[f"weight.{c}"] for c in data.where.experts])
    for row, column in ((5, 5), (70, 10), (20, 70)):
        index = int(winner[row, column])
        assert weights[index, row, column] == weights[:, row, column].max()
    assert sum(data.share.values()) == pytest.approx(1)
    assert inside.mean() == pytest.approx(0.75, abs=0.02)


def test_an_expert_that_runs_away_does_not_set_the_scale(tmp_path: Path) -> None:
    made = realistic("burgers", trials=1, broken=())
    columns = next(iter(made.maps.values()))
    name = next(name for name in columns if name.startswith("u.expert."))
    columns[name] = columns[name] + 1000
    data = report.of(made.records(tmp_path)).map
    assert data is not None
    low, high = own_predictions.scale(data, "u")
    assert -2.5 < low < -0.9
    assert 0.9 < high < 2.5


@pytest.mark.parametrize("missing", ["u", "x"])
def test_a_map_without_its_columns_is_refused(tmp_path: Path, missing: str) -> None:
    made = realistic(trials=1, broken=())
    del next(iter(made.maps.values()))[missing]
    records = made.records(tmp_path)
    with pytest.raises(UserError, match=rf"map\.parquet: expected a map .* found no {missing};"):
        report.of(records)


def test_a_map_with_missing_rows_is_refused(tmp_path: Path) -> None:
    made = realistic(trials=1, broken=())
    for columns in made.maps.values():
        columns.update({name: values[:-3] for name, values in columns.items()})
    records = made.records(tmp_path)
    with pytest.raises(UserError, match="expected a regular grid of 81 × 81 points, found 6558"):
        report.of(records)


def test_a_level_with_a_hue_has_it_whatever_stands_beside_it() -> None:
    alone, beside = (
        style.level_colours(style.HUED, n)["sine"] for n in (["sine"], ["gelu", "sine"])
    )
    assert alone == beside
    others = style.level_colours(style.HUED, ["relu", "mish", "sine"])
    assert len(set(others.values())) == 3


@pytest.mark.parametrize(
    ("value", "text"), [(1e-3, "10⁻³"), (2e-3, "2×10⁻³"), (1.5e4, "1.5×10⁴"), (1.0, "10⁰")]
)
def test_ticks_of_logarithmic_axes(value: float, text: str) -> None:
    assert style.power_of_ten(value) == text


@pytest.mark.parametrize("span", [(5326.0, 5500.0), (1.0, 1.0), (2e-9, 3e-9)])
def test_ticks_of_a_short_axis_differ(span: tuple[float, float]) -> None:
    figure = Figure()
    ax = figure.subplots()
    ax.set(xscale="log", xlim=(span[0] * 0.99, span[1] * 1.01))
    style.logarithmic(ax.xaxis, span)
    low, high = ax.get_xlim()
    assert low < span[0] <= span[1] < high
    ticks = [tick for tick in ax.get_xticks() if low <= tick <= high]
    texts = [style.power_of_ten(tick) for tick in ticks]
    assert len(set(texts)) == len(texts) > 1
