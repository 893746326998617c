"""What a proof tells, and that the clock's part of it is in no digest."""

from pathlib import Path

import pytest

from nas.export import equivalence, export, load
from nas.export.proof import Proof


def test_speed_is_told_in_three_digits_if_it_was_measured() -> None:
    assert Proof({"u": 0.0}).speed == ""
    told = Proof({"u": 0.0}, points_per_second=98_765.4).speed
    assert told == "98,800 points a second, 4,096 at once on one core"


def test_the_description_knows_no_clock(
    campaign: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    found = []
    for speed in (1e6, 2e6):
        proof = Proof({"u": 0.0}, points_per_second=speed)
        monkeypatch.setattr(equivalence, "check", lambda *_, proof=proof: proof)
        found.append(export(campaign, tmp_path / f"{speed:g}"))
    one, other = (made.card.read_text(encoding="utf-8") for made in found)
    assert one.replace("1,000,000 points", "2,000,000 points") == other != one
    assert load(found[1].folder).fields == ("u", "p")
    ours = [one for one in caplog.records if one.name.startswith("nas")]
    assert not ours  # the card is as it was written
    assert found[0].architecture.read_bytes() == found[1].architecture.read_bytes()
