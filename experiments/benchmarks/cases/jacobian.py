"""What does the Jacobian of a whole pool cost, beside one backward pass a row?

Burgers' residual at 1,000 points by all parameters of each of 24 experts, float64. Ours, in the
ratios too, is what training uses: the factors of the Jacobian, from which its products are taken,
without all entries written out; the time with these is beside it. The baselines are
`torch.func.vmap(grad)` of the residual at a point, expert by expert, and write out all entries:
once with the derivatives by the coordinates nested, as one writes them without jets, and once with
our jets.
"""

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor
from torch.func import grad, jvp, vmap

from experiments.benchmarks import settings
from experiments.benchmarks.baselines.nested import FUNCTIONS
from experiments.harness import machine
from experiments.harness.figures import Findings
from experiments.harness.timing import in_turn
from nas.calculus import plain
from nas.calculus.jacobians import BlockDiagonalJacobian
from nas.calculus.plain import Perceptrons
from nas.mixture.mixture import Mixture
from nas.problems.terms import PointCounts
from nas.training.collocation import Points, Sampler
from nas.training.residuals import ExpertResiduals

ROWS, ROUNDS = 1000, 5
OURS, DENSE = "ours", "with all entries written out"
JETS, NESTED = "vmap(grad) of our jets", "vmap(grad) of nested derivatives"

# Axis legend: K experts of a stack, R rows, P parameters, D coordinates.
Parameters = Sequence[Tensor]  # of one network, the weights before the biases
Gradients = tuple[Tensor, ...]  # of all rows, parameter by parameter, (R, ...)


def measure(findings: Findings) -> None:
    """The Jacobians of all experts, ours in turn with torch.func's."""
    machine.use_all_cores()
    mixture = settings.default_pool(settings.BURGERS, torch.float64)
    drawn = points()
    contenders = {
        OURS: lambda: ours(mixture, drawn),
        DENSE: lambda: [one.dense() for one in ours(mixture, drawn).parts],
        JETS: lambda: by_jets(mixture, drawn.interior),
        NESTED: lambda: nested(mixture, drawn.interior),
    }
    times = in_turn(contenders, ROUNDS)
    findings.add(f"{NESTED} over ours", times.ratio(NESTED, OURS), "×", "higher", 10.0)
    findings.add(f"{JETS} over ours", times.ratio(JETS, OURS), "×", "higher")
    for name in (OURS, DENSE):
        findings.add(name, 1e3 * times.median(name), "ms")


def points() -> Points:
    """`ROWS` points inside the domain."""
    sampler = Sampler(settings.BURGERS, PointCounts(ROWS, ROWS), "sobol", 0)
    return sampler.draw(0, torch.device("cpu"))


def ours(mixture: Mixture, points: Points) -> BlockDiagonalJacobian:
    """The factors of the Jacobian (K, R, P)."""
    return ExpertResiduals(settings.BURGERS, mixture, mixture.expert_stacks).linearise(points)[1]


def by_jets(mixture: Mixture, points: Tensor) -> list[Gradients]:
    """For each expert the gradients of each row, with our jets for the coordinates."""
    derivatives = settings.BURGERS.derivatives
    jet = mixture.coordinates(points, derivatives)

    def of_expert(name: str, own: Parameters) -> Gradients:
        def residual(parameters: Parameters, at: Tensor, x: Tensor) -> Tensor:
            half = len(parameters) // 2
            one = [p.unsqueeze(0) for p in parameters]
            stack = Perceptrons((name,), one[:half], one[half:])
            found = plain.evaluate(derivatives, at.unsqueeze(1), [stack])
            (equation,) = settings.BURGERS.terms
            return equation.residuals(found, derivatives, x.unsqueeze(0), x[None, :0])[0].sum()

        found: Gradients = vmap(grad(residual), in_dims=(None, 1, 0))(own, jet, points)
        return found

    return [of_expert(name, own) for name, own in experts(mixture)]


def nested(mixture: Mixture, points: Tensor) -> list[Gradients]:
    """For each expert the gradients of each row, with torch.func alone."""
    along_x = points.new_tensor([1.0, 0.0])

    def of_expert(name: str, own: Parameters) -> Gradients:
        def residual(parameters: Parameters, point: Tensor) -> Tensor:
            def network(at: Tensor) -> Tensor:
                return _network(
                    FUNCTIONS[name], parameters, (at - mixture.centre) / mixture.half_extent
                )

            # Of forward in forward, reverse in reverse and these two, the fastest nesting.
            both = jvp(grad(network), (point,), (along_x,))
            (u_x, u_t), (u_xx, _) = both[0], both[1]
            found: Tensor = u_t + network(point) * u_x - settings.NU * u_xx
            return found

        found: Gradients = vmap(grad(residual), in_dims=(None, 0))(own, points)
        return found

    return [of_expert(name, own) for name, own in experts(mixture)]


def experts(mixture: Mixture) -> Iterator[tuple[str, Parameters]]:
    """Each expert's activation and parameters, in the order of `Mixture.alive`."""
    for stack in mixture.networks:
        for row, name in enumerate(stack.shape.activations):
            yield name, tuple(p.detach()[row] for p in (*stack.weights, *stack.biases))


def _network(activation: Callable[[Tensor], Tensor], parameters: Parameters, z: Tensor) -> Tensor:
    """A plain network at one point (D,)."""
    half = len(parameters) // 2
    *hidden, (weight, bias) = zip(parameters[:half], parameters[half:], strict=True)
    for w, b in hidden:
        z = activation(z @ w + b)
    return (z @ weight + bias)[0]
