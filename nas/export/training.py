"""How a run was trained, in words: a paragraph of the model card, without any Markdown."""

from collections.abc import Mapping
from typing import Any

from nas.search_spaces.candidates import AXES
from nas.training import fine_tuning, warm_up

_METHODS = {"sobol": "from Sobol sequences", "latin_hypercube": "as Latin hypercubes"}


def in_words(configuration: Mapping[str, Any], run: Mapping[str, Any]) -> str:
    """How a row of the table of runs came about, from the campaign's configuration.

    Raises
    ------
    KeyError, TypeError
        If ``configuration`` is not a campaign's.

    Examples
    --------
    >>> from nas.campaign import config
    >>> row = {"run": "0000-0", "m": 3, "p": 0.5, "threshold": 0.2, "steps": 100, "iterations": 0}
    >>> row |= {"drops": 1, "refusals": 0, "seed": 7}
    >>> in_words(config.build(problem="burgers").resolved(), row)[:57]
    'Run 0000-0 of a search. A pool of 3 experts was drawn fro'
    """
    training, space = configuration["training"], configuration["space"]
    if run.get("stage") == "race":
        return _raced(configuration, run)
    points, method = training["points"], _METHODS[training["sampling"]]
    named = f"the space {space}" if isinstance(space, str) else _grid(space)
    learned = training["warm_up"]
    tuned = (
        f"{fine_tuning.title(training['fine_tuning']['method'])} then trained the survivors, gate "
        "and experts together, "
        f"for {run['iterations']} iterations in float64, and the state with the least held-out "
        "loss was kept."
        if run["iterations"]
        else "The survivors were not fine-tuned."
    )
    return (
        f"Run {run['run']} of a search. A pool of {run['m']} experts was drawn from {named}. "
        f"{warm_up.title(learned['method'])} trained each expert individually for "
        f"{learned['iterations']} iterations in {training['dtype']}, on "
        f"{learned['points']['interior']} points inside the "
        f"domain and {learned['points']['boundary']} on its boundary. Adam trained the mixture, at "
        f"a learning rate of {training['learning_rate']:g}, on {points['interior']} and "
        f"{points['boundary']} points, drawn {method}; the search took {run['steps']} steps in "
        f"all. With sparsity exponent "
        f"p = {run['p']:.3g} and threshold {run['threshold']:.3g}, drops on the way: "
        f"{run['drops']}, refused: {run['refusals']}. {tuned} "
        f"The seed was {run['seed']}."
    )


def _raced(configuration: Mapping[str, Any], run: Mapping[str, Any]) -> str:
    """Of a contestant of a race."""
    space, training = configuration["space"], configuration["training"]
    named = f"the space {space}" if isinstance(space, str) else _grid(space)
    budget = configuration.get("budget")
    time = f" within {budget:g} s" if budget else ""
    how = (
        f"{fine_tuning.title('gauss_newton')} then trained it for {run['iterations']} iterations "
        "in float64, in turns with other contestants at first"
        if run["iterations"]
        else "Its output layer was solved by least squares, in float64"
    )
    return (
        f"Run {run['run']} of a search{time}. {run['experts_before']} candidates of {named} learnt "
        "by themselves, the leaders for longer; gates chose teams among these; and teams and "
        f"leaders were the contestants of a race, of which this is one. {how}; the state with the "
        "least held-out loss was kept, and a correction where it lowered that loss further. Points "
        f"were drawn {_METHODS[training['sampling']]}. The seed was {run['seed']}."
    )


def _grid(space: Mapping[str, Any]) -> str:
    levels = [
        f"{axis.plural} {', '.join(axis.text(level) for level in space[axis.plural])}"
        for axis in AXES
        if axis.plural in space
    ]
    return f"all combinations of {'; '.join(levels)}"
