"""What a run's folder holds is compared with what its record tells."""

import shutil
from pathlib import Path

import pytest

from nas.campaign import records
from nas.errors import UserError
from nas.export import equivalence, export
from nas.export.proof import Proof
from nas.mixture.mixture import Mixture
from nas.training import mixture_file
from tests.export import made_campaign
from tests.export.made_campaign import RUN

LOSS = 1.5e-5  # as `made_campaign` records it


@pytest.fixture
def folder(campaign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(equivalence, "check", lambda *_: Proof({"u": 0.0}))
    return Path(shutil.copytree(campaign, tmp_path / "run"))


def put(campaign: Path, mixture: Mixture, loss: float | None) -> None:
    mixture_file.save(campaign / "runs" / RUN / mixture_file.FILE, mixture, loss)


@pytest.mark.parametrize("loss", [None, LOSS])
def test_the_network_of_the_run_is_exported(
    folder: Path, tmp_path: Path, trained: Mixture, loss: float | None
) -> None:
    put(folder, trained, loss)
    assert export(folder, tmp_path / "model").parameters == 393


WRONG = {
    "fewer experts": (made_campaign.mixture(drop=[1, 2]), LOSS, r"got one of 3 experts, \d+ par"),
    "another number of parameters": (
        made_campaign.mixture(drop=[2]),
        None,
        r"of 4 experts, 393 parameters .*, as its run recorded, got one of 4 experts, \d+ param",
    ),
    "another loss": (
        made_campaign.mixture(drop=[1]),
        2e-5,
        r"393 parameters and the held-out loss 1\.5e-05, as .* the held-out loss 2e-05: that of an",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_the_network_of_another_run_is_told(folder: Path, tmp_path: Path, case: str) -> None:
    mixture, loss, message = WRONG[case]
    put(folder, mixture, loss)
    with pytest.raises(UserError, match=message) as error:
        export(folder, tmp_path / "model")
    assert "\n" not in str(error.value)
    assert not (tmp_path / "model").exists()


def test_a_single_expert_is_counted_with_or_without_its_gate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Earlier versions recorded the gate, though it was not exported."""
    monkeypatch.setattr(equivalence, "check", lambda *_: Proof({"u": 0.0}))
    single = made_campaign.mixture(drop=[0, 1, 2, 3])
    campaign = made_campaign.write(tmp_path / "run", single)
    path = campaign / "tables" / "runs.parquet"
    for recorded in (single.parameters_alive, single.expert_parameters(4)):
        rows = records.read_rows(path, "runs")
        told = [row | {"parameters_after": recorded} for row in rows]
        records.write_table(path, "runs", told)
        made = export(campaign, tmp_path / "model")
        assert made.parameters == single.expert_parameters(4)
