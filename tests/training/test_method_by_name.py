"""What every method of a phase has: a name, a title, settings that can begin it."""

from dataclasses import fields, is_dataclass

import pytest

from nas.campaign import config
from nas.training import fine_tuning, method_by_name, warm_up

SETTINGS = {
    "warm_up": warm_up.WarmUpSettings,
    "fine_tuning": fine_tuning.FineTuningSettings,
}
PHASES = {"warm_up": warm_up, "fine_tuning": fine_tuning}
ALL = [(phase, name) for phase, package in PHASES.items() for name in package.names()]


def test_a_file_is_a_method_and_the_phase_is_none() -> None:
    assert {("warm_up", "adam"), ("warm_up", "gauss_newton"), ("fine_tuning", "gauss_newton")} <= (
        set(ALL)
    )
    assert "phase" not in [name for _, name in ALL]


@pytest.mark.parametrize(("phase", "name"), ALL)
def test_every_method_can_be_chosen_and_named(phase: str, name: str) -> None:
    campaign = config.build(problem="burgers", training={phase: {"method": name}})
    section = campaign.training.model_dump()[phase]
    made = method_by_name.settings(f"nas.training.{phase}", name, learning_rate=1.0, **section)
    assert is_dataclass(made)
    assert hasattr(made, "begin")
    assert vars(type(made))["title"] == PHASES[phase].title(name) != ""


def test_a_name_without_a_file_is_refused() -> None:
    for name in ("phase", "magic"):
        with pytest.raises(ValueError, match=rf"\(adam, .*\), got {name}"):
            method_by_name.settings("nas.training.warm_up", name)


@pytest.mark.parametrize(("phase", "name"), ALL)
def test_a_key_means_one_thing(phase: str, name: str) -> None:
    """A key of the section reaches phase and method alike, so they must not mean different things.

    How many iterations there are may matter to both.
    """
    section = config.build(problem="burgers").training.model_dump()
    made = method_by_name.settings(
        f"nas.training.{phase}", name, learning_rate=1.0, **section[phase]
    )
    own = {field.name for field in fields(made)}
    assert own & {field.name for field in fields(SETTINGS[phase])} <= {"iterations"}
