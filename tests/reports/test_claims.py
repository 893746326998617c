"""The rule by which levels are said to survive more often than others."""

import pandas as pd

from nas.reports.claims import Claim, claims

RATES = pd.DataFrame(
    [
        ("activation", "sine", 90, 80, 0.89, 0.81, 0.94),
        ("activation", "swish", 90, 40, 0.44, 0.35, 0.55),
        ("activation", "tanh", 90, 70, 0.78, 0.68, 0.85),
        ("depth", "2", 90, 80, 0.89, 0.81, 0.94),
        ("depth", "3", 90, 40, 0.44, 0.35, 0.55),
        ("width", "16", 90, 45, 0.5, 0.4, 0.6),
        ("width", "32", 90, 46, 0.51, 0.41, 0.61),
    ],
    columns=["axis", "level", "experts", "survived", "rate", "low", "high"],
)
CHANCE = {"activation": 0.001, "depth": 0.02, "width": 0.001}  # depth: over Bonferroni's level


def test_intervals_apart_and_more_than_chance_make_a_claim() -> None:
    better = [Claim("activation", one, "swish") for one in ("sine", "tanh")]
    assert claims(RATES, CHANCE, runs=3) == better
    assert str(better[0]) == "activation sine over swish"


def test_two_runs_make_none() -> None:
    assert claims(RATES, CHANCE, runs=2) == []


def test_a_claim_holds_where_other_rates_go_the_same_way() -> None:
    claim = Claim("activation", "sine", "swish")
    assert claim.holds(RATES)
    assert not claim.holds(RATES.assign(rate=0.5))
    assert not Claim("activation", "swish", "sine").holds(RATES)
