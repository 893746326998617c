from nas.campaign import config
from nas.export.training import in_words
from tests.export import made_campaign


def test_training_without_fine_tuning_from_a_named_space() -> None:
    settings = config.build(problem="burgers", space="article_activations").resolved()
    run = {
        "run": made_campaign.RUN, "m": 5, "steps": 10, "p": 0.5, "threshold": 0.1, "drops": 1,
        "refusals": 0, "iterations": 0, "seed": 1,
    }  # fmt: skip
    words = in_words(settings, run)
    assert "drawn from the space article_activations" in words
    assert "Gauss–Newton trained each expert individually for 100 iterations in float32" in words
    assert "The survivors were not fine-tuned." in words
    tuned = in_words(settings, run | {"iterations": 40})
    assert "Gauss–Newton then trained the survivors" in tuned
    assert "for 40 iterations in float64" in tuned


def test_of_a_contestant_its_draws_and_its_race_are_told() -> None:
    settings = config.build(problem="burgers", budget="60s").resolved()
    run = {"run": "race-0-2", "stage": "race", "experts_before": 36, "iterations": 0, "seed": 7}
    words = in_words(settings, run)
    assert words.startswith("Run race-0-2 of a search within 60 s. 36 candidates of the space")
    assert "Its output layer was solved" in words
    assert "Points were drawn from Sobol" in words
