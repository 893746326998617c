"""``MODEL_CARD.md``: what a stranger must know to use the network, and how far to trust it."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from nas.export.architecture import Architecture, ExpertShape, GateShape
from nas.export.proof import POINTS

_CARD = """\
# {title}

A neural network that approximates the solution {fields} of

    {equation}

It is what an architecture search left of a pool of {pool} experts: {survivors}.
It has {parameters} parameters, in float64.

## Inputs and outputs

{columns}

These bounds are those of the box around the domain, which may be smaller than the box. Outside
the domain nothing was trained: there the network extrapolates, and its values mean nothing.

## Experts

{experts}

An importance is the expert's smoothed mean weight at the end of the selection.

{gate}

## Training

{training}

## Measured

{figures}

The network was never trained on the held-out points; the search did use them to decide which
experts may go and which state to keep. The reference solution was only measured against: it took
part in no decision.

`model.pt2` was loaded in a fresh process with torch alone, and its values and first derivatives
were compared with the trained mixture's own at {points} points of the box. Largest absolute
difference over the largest magnitude:

{proof}

## Use

With torch alone (the program was written by version {torch}), in this folder:

```python
{code}
```

Any number of points at once will do. Leave out `requires_grad` and what follows `value` where no
derivatives are wanted. The program has no `train()` or `eval()`, and needs neither. To load a
`.pt2` file can run code in it: do so only with one that you trust.

With the toolkit that made it, `nas.load("<this folder>")` gives the same network as a
`torch.nn.Module`, from `architecture.json` and `weights.safetensors` alone, which cannot run code.
"""

_CODE = """\
import torch

model = torch.export.load("model.pt2").module()
points = torch.tensor([{point}], dtype=torch.float64, requires_grad=True)  # (B, {inputs}): {names}
value = model(points)[:, 0]  # (B,): {field}
(first,) = torch.autograd.grad(value.sum(), points, create_graph=True)  # (B, {inputs}): {first}
(second,) = torch.autograd.grad(first[:, 0].sum(), points)  # (B, {inputs}): {second}
print(value.tolist(), first.tolist(), second.tolist())"""


_OPTIMISERS = {"gauss_newton": "Gauss–Newton", "adam": "Adam"}
_METHODS = {"sobol": "from Sobol sequences", "latin_hypercube": "as Latin hypercubes"}


def write(
    architecture: Architecture, parameters: int, training: str, differences: Mapping[str, float]
) -> str:
    """The card's text.

    Parameters
    ----------
    parameters
        Those of the network that is exported.
    training
        `training_in_words`.
    differences
        What the proof measured, by name of field or derivative.
    """
    problem, figures = architecture.problem, architecture.figures
    survivors = (
        "a single one"
        if len(architecture.experts) == 1
        else f"a gated mixture\nu(x) = Σᵢ λᵢ(x) uᵢ(x) of {len(architecture.experts)} of them"
    )
    return _CARD.format(
        title=problem.title or problem.name,
        fields=", ".join(problem.fields),
        equation=problem.equation,
        pool=figures.experts_before,
        survivors=survivors,
        parameters=f"{parameters:,}",
        columns=_columns(architecture),
        experts=_experts(architecture.experts),
        gate=_gate(architecture.gate),
        training=training,
        figures=_figures(architecture),
        points=POINTS,
        proof=_table(("of", "difference"), [(n, f"{d:.1e}") for n, d in differences.items()]),
        torch=torch.__version__.partition("+")[0],
        code=_code(architecture),
    )


def training_in_words(configuration: Mapping[str, Any], run: Mapping[str, Any]) -> str:
    """How a row of the table of runs came about, from the campaign's configuration.

    Raises
    ------
    KeyError, TypeError
        If ``configuration`` is not a campaign's.
    """
    training, space = configuration["training"], configuration["space"]
    points, method = training["points"], _METHODS[training["sampling"]]
    named = (
        f"the space `{space}`"
        if isinstance(space, str)
        else (
            f"{', '.join(space['activations'])} with depths {_listed(space['depths'])} "
            f"and widths {_listed(space['widths'])}"
        )
    )
    warm_up = training["warm_up"]
    tuned = (
        f"Gauss–Newton went on with the survivors, gate and experts together, "
        f"for {run['iterations']} iterations in float64, and the state with the least held-out "
        "loss was kept."
        if run["iterations"]
        else "The survivors were not fine-tuned."
    )
    return (
        f"Run {run['run']} of a search. A pool of {run['m']} experts was drawn from {named}. "
        f"{_OPTIMISERS[warm_up['method']]} trained each expert alone for {warm_up['iterations']} "
        f"iterations in {training['dtype']}, on {warm_up['points']['interior']} points inside the "
        f"domain and {warm_up['points']['boundary']} on its boundary. Adam trained the mixture, at "
        f"a learning rate of {training['learning_rate']:g}, on {points['interior']} and "
        f"{points['boundary']} points, drawn {method}; the search took {run['steps']} steps in "
        f"all. With sparsity exponent "
        f"p = {run['p']:.3g} and threshold {run['threshold']:.3g}, drops on the way: "
        f"{run['drops']}, refused: {run['refusals']}. {tuned} "
        f"The seed was {run['seed']}."
    )


def _columns(architecture: Architecture) -> str:
    problem = architecture.problem
    inputs = [
        ("input", str(column), name, f"{low:g} to {high:g}")
        for column, (name, (low, high)) in enumerate(
            zip(problem.coordinates, problem.bounds, strict=True)
        )
    ]
    outputs = [("output", str(column), name, "") for column, name in enumerate(problem.fields)]
    return _table(("", "column", "name", "bounds"), [*inputs, *outputs])


def _experts(experts: Sequence[ExpertShape]) -> str:
    return _table(
        ("index in the pool", "activation", "hidden layers", "importance"),
        [
            (
                str(expert.index),
                expert.activation,
                _layers(expert.depth, expert.width),
                "unknown" if expert.importance is None else f"{expert.importance:.3f}",
            )
            for expert in experts
        ],
    )


def _gate(gate: GateShape | None) -> str:
    if gate is None:
        return "The only expert left has the weight 1 everywhere; the gate was left out."
    if gate.depth == 0:
        return "The weights λ are the softmax of a linear function of the scaled coordinates."
    return (
        "The weights λ are the softmax of a gating network with "
        f"{_layers(gate.depth, gate.width)} and {gate.activation}."
    )


def _layers(depth: int, width: int) -> str:
    return f"1 layer of {width} units" if depth == 1 else f"{depth} layers of {width} units"


def _figures(architecture: Architecture) -> str:
    figures = architecture.figures
    error = "no reference" if figures.relative_l2 is None else f"{figures.relative_l2:.3g}"
    loss = "unknown" if figures.held_out_loss is None else f"{figures.held_out_loss:.3g}"
    return _table(
        ("", "measured"),
        [
            ("physics loss on held-out points", loss),
            ("relative L2 error against the reference", error),
            ("experts, before and after", f"{figures.experts_before} → {figures.experts_after}"),
            (
                "parameters, gate included, before and after",
                f"{figures.parameters_before:,} → {figures.parameters_after:,}",
            ),
        ],
    )


def _code(architecture: Architecture) -> str:
    problem = architecture.problem
    field, names = problem.fields[0], problem.coordinates
    # A quarter of the way: unlike the middle, it is on no axis of symmetry.
    point = ", ".join(repr(low + (high - low) / 4) for low, high in problem.bounds)
    return _CODE.format(
        point=f"[{point}]",
        inputs=len(names),
        names=", ".join(names),
        field=field,
        first=", ".join(f"{field}.{name}" for name in names),
        second=", ".join(f"{field}.{names[0]}{name}" for name in names),
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _listed(values: Sequence[int]) -> str:
    return ", ".join(map(str, values))
