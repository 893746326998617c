"""A study that says something else than the runs is told."""

from dataclasses import replace
from pathlib import Path

import pytest

from nas.campaign import proposal_file
from nas.campaign.proposal_file import FILE
from nas.campaign.tuner import Proposal
from nas.errors import UserError

PROPOSAL = Proposal(3, m=4, p=0.5, threshold=0.3)


@pytest.mark.parametrize("change", [{"m": 5}, {"p": 0.25}, {"threshold": 0.30000000000000004}])
def test_another_proposal_is_told_where_a_run_goes_on(
    tmp_path: Path, change: dict[str, float]
) -> None:
    proposal_file.keep(tmp_path, PROPOSAL, anew=True)
    proposal_file.keep(tmp_path, PROPOSAL, anew=False)
    (name,) = change
    with pytest.raises(UserError, match=rf"began with {name} = .*, and the study has .*; one of"):
        proposal_file.keep(tmp_path, replace(PROPOSAL, **change), anew=False)  # type: ignore[arg-type]
    proposal_file.keep(tmp_path, replace(PROPOSAL, **change), anew=True)  # type: ignore[arg-type]


def test_a_run_of_a_version_without_it_goes_on(tmp_path: Path) -> None:
    proposal_file.keep(tmp_path, PROPOSAL, anew=False)
    assert (tmp_path / FILE).exists()


@pytest.mark.parametrize("text", ["", "[]", "7", "null", "[" * 100_000, '{"m": 4}'])
def test_what_cannot_be_read_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(UserError, match=r"damaged"):
        proposal_file.keep(tmp_path, PROPOSAL, anew=False)
