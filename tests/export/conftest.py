"""One campaign and one export of it, which several tests look at."""

from pathlib import Path

import pytest

from nas.export import Exported, export
from nas.mixture.mixture import Mixture
from tests.export import made_campaign


@pytest.fixture(scope="session")
def trained() -> Mixture:
    return made_campaign.mixture(drop=[1])


@pytest.fixture(scope="session")
def campaign(tmp_path_factory: pytest.TempPathFactory, trained: Mixture) -> Path:
    return made_campaign.write(tmp_path_factory.mktemp("campaign") / "run", trained)


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory, campaign: Path) -> Exported:
    return export(campaign, tmp_path_factory.mktemp("export") / "new" / "model")
