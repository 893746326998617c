"""The sections of a campaign file, each by itself."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from nas.campaign.sections import FineTuning, Gate, Parallel, Training, WarmUp, WarmUpPoints


def test_threads_are_shared_out_where_none_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    assert Parallel(workers=3, threads=None).resources.threads == 2
    assert Parallel(workers=16, threads=None).resources.threads == 1
    assert Parallel(workers=3, threads=5).resources.threads == 5


@pytest.mark.parametrize(
    ("section", "wrong", "message"),
    [
        (Gate, {"kind": "fence"}, "should be 'perceptron'"),
        (Gate, {"heads": 2}, "Extra inputs are not permitted"),
        (WarmUp, {"method": "newton"}, "should be 'adam', 'gauss_newton'"),
        (WarmUpPoints, {"interior": 5000}, "less than or equal to 4096"),
        (FineTuning, {"iterations": -1}, "greater than or equal to 0"),
        (Training, {"device": "gpu"}, "should match pattern"),
        (Parallel, {"engine": "cluster"}, "should be 'dask', 'local', 'serial'"),
    ],
)
def test_what_a_section_does_not_take_is_refused(
    section: type[BaseModel], wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        section.model_validate(wrong)
