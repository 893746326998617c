"""Variants truly change the search, and only for as long as they are applied."""

import copy

import pytest

from experiments.selection.ablation import begun
from experiments.selection.variants import DEFAULT, VARIANTS
from nas.training import descent, resampling
from nas.training.fine_tuning import FineTuning
from nas.training.search import WARM_UP
from nas.training.trainer import RunResult, Trainer
from tests.training.problems import POISSON, settings

# There is no fine-tuning here, and no drop that harms; what these change is tested by itself.
IDLE = {
    "fine-tuning on a quarter of the points",
    "240 iterations of fine-tuning instead of 60",
    "240 iterations of fine-tuning, each of a tenth of a second at most",
    "a drop refused where the held-out loss rises by 50 % (not 1000 %)",
    "drops neither refused nor undone",
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resampling, "CANDIDATES", 256)


def ended(name: str, warmed: Trainer) -> RunResult:
    variant = VARIANTS[name]
    with variant.applied():
        trainer = Trainer(POISSON, variant.settings(settings(iterations=0)))
        variant.begin(begun(trainer, warmed.search))
        return trainer.run()


@pytest.fixture
def warmed() -> Trainer:
    trainer = Trainer(POISSON, settings())
    while trainer.search.phase == WARM_UP:
        trainer.search.advance()
    return trainer


def test_a_variant_is_another_search_and_the_default_always_the_same(warmed: Trainer) -> None:
    default = ended(DEFAULT, warmed)
    for name in VARIANTS.keys() - IDLE - {DEFAULT}:
        assert ended(name, warmed).history != default.history, name
    assert ended(DEFAULT, warmed).history == default.history


def test_the_warm_up_is_that_of_the_first_search(warmed: Trainer) -> None:
    """Then the search goes on as that one does itself."""
    whole = Trainer(POISSON, settings(iterations=0)).run()
    again = ended(DEFAULT, warmed)
    assert again.held_out_loss == pytest.approx(whole.held_out_loss, rel=1e-6)
    assert again.mixture.alive == whole.mixture.alive


def test_variants_of_the_fine_tuning_change_it(warmed: Trainer) -> None:
    longer = VARIANTS["240 iterations of fine-tuning instead of 60"]
    assert longer.settings(settings(iterations=60)).fine_tuning == 240
    default = FineTuning(POISSON, copy.deepcopy(warmed.mixture), settings().sampler, 10)
    with VARIANTS["fine-tuning on a quarter of the points"].applied():
        few = FineTuning(POISSON, copy.deepcopy(warmed.mixture), settings().sampler, 10)
    assert few.times == 0.25 < default.times
    with VARIANTS["240 iterations of fine-tuning, each of a tenth of a second at most"].applied():
        assert descent.MOST_PRODUCTS == descent.FIRST_PRODUCTS


def test_variants_of_dropping_change_its_rule() -> None:
    trainer = Trainer(POISSON, settings())
    for name, expected in (
        ("drops neither refused nor undone", (1e9, 1e9)),
        ("a drop refused where the held-out loss rises by 50 % (not 1000 %)", (0.5, 1e9)),
    ):
        VARIANTS[name].begin(trainer)
        rule = trainer.search.elimination.rule
        assert (rule.tolerance, rule.left) == expected
