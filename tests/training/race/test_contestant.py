"""One contestant: its best state, its log, and its way through a checkpoint."""

from pathlib import Path

import pytest
import torch

from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.training import checkpoint
from nas.training.physics_loss import HeldOutLoss
from nas.training.race import Contestant
from tests.training.problems import INVERSE, POISSON, POOL, sampler
from tests.training.race.test_race import TUNING, mixtures


def begun(name: str = "team") -> Contestant:
    return Contestant(POISSON, sampler(32, 4), TUNING, name, mixtures()[name])


def held_out(mixture: Mixture) -> float:
    return HeldOutLoss(POISSON, sampler(32, 4), mixture.centre)(mixture)


def advanced(one: Contestant, iterations: int) -> Contestant:
    for _ in range(iterations):
        one.advance()
    return one


def test_its_result_is_its_best_state_not_its_last() -> None:
    one = advanced(begun(), 6)
    best = one.loss
    with torch.no_grad():
        one.mixture.gate.networks.biases[-1].add_(1.0)
        one.mixture.expert_stacks[0].weights[0].add_(1.0)
    assert held_out(one.mixture) > 2 * best
    assert held_out(one.result()) == pytest.approx(best, rel=1e-6)
    assert one.loss == best


def test_each_look_at_the_loss_is_a_row() -> None:
    one = advanced(begun(), 7)
    assert [(row["phase"], row["step"]) for row in one.log.history] == [
        ("fine-tuning", 2), ("fine-tuning", 4), ("fine-tuning", 6),
    ]  # fmt: skip
    assert min(row["held_out_loss"] for row in one.log.history) == one.loss
    assert len(one.log.trail.marks) == 3


def test_a_correction_counts_only_where_it_helps() -> None:
    one = advanced(begun(), 4)
    tuned = one.loss
    one.begin_correction(columns=100)
    assert one.loss == tuned
    while one.can_be_corrected:
        one.correct()
    assert one.loss < tuned
    result = one.result()
    assert len(result.corrections) == 1
    assert held_out(result) == pytest.approx(one.loss, rel=1e-3)
    assert len(one.mixture.corrections) == 0


def test_what_it_found_of_coefficients_is_told() -> None:
    unknown = [item.first for item in INVERSE.unknown.values()]
    mixture = Mixture(POOL[:1], GateSettings(1, 4), [(0.0, 1.0)], 1, seed=0, unknown=unknown)
    one = Contestant(INVERSE, sampler(32, 1, INVERSE), TUNING, "0", mixture)
    advanced(one, 4)
    assert [(row["step"], row["name"]) for row in one.log.unknowns] == [
        (2, "k"), (2, "m"), (4, "k"), (4, "m"),
    ]  # fmt: skip


@pytest.mark.parametrize("solves", [0, 2])
def test_restored_it_goes_on_with_equal_digits(tmp_path: Path, solves: int) -> None:
    def on(one: Contestant) -> Contestant:
        if solves:
            while one.can_be_corrected:
                one.correct()
        else:
            advanced(one, 4)
        return one

    def half() -> Contestant:
        one = advanced(begun(), 5)
        if solves:
            one.begin_correction(columns=100)
            for _ in range(solves):
                one.correct()
        return one

    checkpoint.save(tmp_path / "c", half().state())
    again = begun()
    again.restore(checkpoint.load(tmp_path / "c"))
    whole = on(half())
    on(again)
    assert (again.loss, again.iterations) == (whole.loss, whole.iterations)
    assert again.log.history == whole.log.history
    got, expected = again.result().state_dict(), whole.result().state_dict()
    assert all(torch.equal(value, expected[name]) for name, value in got.items())


def test_left_a_correction_is_kept_and_the_training_goes_on_as_if_there_had_been_none(
    tmp_path: Path,
) -> None:
    plain, one = advanced(begun(), 5), advanced(begun(), 5)
    one.begin_correction(columns=100)
    while one.can_be_corrected:
        one.correct()
    best = one.loss
    assert best < one.tuning.best_loss
    one.leave_correction()
    checkpoint.save(tmp_path / "c", one.state())
    again = begun()
    again.restore(checkpoint.load(tmp_path / "c"))
    for left in (one, again):
        assert left.loss == best
        assert held_out(left.result()) == pytest.approx(best, rel=1e-3)
        assert not left.can_be_corrected
        advanced(left, 5)
    advanced(plain, 5)
    assert one.log.history == again.log.history == plain.log.history
    expected = plain.mixture.state_dict()
    for left in (one, again):
        got = left.mixture.state_dict()
        assert all(torch.equal(value, expected[name]) for name, value in got.items())
