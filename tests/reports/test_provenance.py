"""What else made the results."""

from nas.reports import example, provenance, raced


def test_the_budget_stands_beside_the_time_of_the_trials() -> None:
    told = dict(provenance.facts(raced.records(), None))
    assert told["Budget of each seed"] == "1 min 00 s"
    assert told["Time of all trials together, without pool and race"].endswith("added up")
    assert "Budget of each seed" not in dict(provenance.facts(example.records(), None))
