"""A campaign, searched and validated once."""

from pathlib import Path

import pytest

from nas import validation
from nas.campaign import campaign, config, records
from nas.validation import validation as orchestra
from tests.validation.bend import CAMPAIGN, PROBLEM


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a campaign file and its problem."""
    folder = tmp_path_factory.mktemp("validation")
    (folder / "bend.py").write_text(PROBLEM)
    (folder / "bend.yaml").write_text(CAMPAIGN)
    return folder


@pytest.fixture(scope="session")
def found(home: Path) -> records.Records:
    """The campaign, searched and validated with few subsets."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(orchestra, "SUBSETS", 2)
        campaign.search(config.load(home / "bend.yaml"), home / "out")
        return validation.validate(home / "out")
