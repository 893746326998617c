from pathlib import Path

import numpy as np
import pytest

import nas
from tests.test_result import SETTINGS, bend, space


def test_it_fits_and_predicts(tmp_path: Path) -> None:
    searcher = nas.Searcher(space, out=tmp_path / "bend", **SETTINGS).fit(bend)
    points = np.linspace(0, 1, 5)[:, None]
    np.testing.assert_array_equal(searcher.predict(points), searcher.result_.network(points))
    np.testing.assert_array_equal(searcher.predict(x=points[:, 0]), searcher.predict(points)[:, 0])


def test_before_it_is_fitted_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(nas.UserError, match=r"expected fit\(problem\) before predict"):
        nas.Searcher(out=tmp_path).predict([[0.0]])


def test_settings_reach_the_search(tmp_path: Path) -> None:
    with pytest.raises(nas.UserError, match="budget: expected at least 10 s"):
        nas.Searcher(out=tmp_path, budget=0).fit(bend)
    with pytest.raises(nas.UserError, match="trails: unknown key; did you mean trials"):
        nas.Searcher(out=tmp_path, trails=2).fit(bend)
