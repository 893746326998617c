"""What does the Jacobian of a whole pool cost, beside one backward pass a row?"""

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor
from torch.func import grad, jvp, vmap

from experiments.benchmarks import machine
from experiments.benchmarks.figures import Findings
from experiments.benchmarks.timing import in_turn
from experiments.training import pool
from experiments.training.runs import Runs
from nas import problems
from nas.calculus import plain
from nas.calculus.jacobians import BlockDiagonalJacobian
from nas.calculus.plain import Perceptrons
from nas.mixture.mixture import Mixture
from nas.problems import Problem
from nas.problems.burgers import nu
from nas.training.least_squares import ExpertResiduals
from nas.training.points import Points, Sampler

ROWS = 1000
ROUNDS = 5
OURS, DENSE = "ours", "with all entries written out"
THEIRS, NESTED = "vmap(grad) of our jets", "vmap(grad) of nested derivatives"

Parameters = Sequence[Tensor]  # of one network, the weights before the biases

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "sine": torch.sin,
    "tanh": torch.tanh,
    "swish": torch.nn.functional.silu,
    "softplus": torch.nn.functional.softplus,
}


def measure(findings: Findings, runs: Runs) -> None:
    """The Jacobians of all experts, ours in turn with torch.func's."""
    machine.use_all_cores()
    problem = problems.load("burgers")
    mixture = pool.untrained(problem, torch.float64)
    points = inside(Sampler(problem, ROWS, ROWS, "sobol", 0))
    contestants = {
        OURS: lambda: ours(problem, mixture, points),
        DENSE: lambda: [one.dense() for one in ours(problem, mixture, points).parts],
        THEIRS: lambda: theirs(problem, mixture, points.interior),
        NESTED: lambda: nested(mixture, points.interior),
    }
    times = in_turn(contestants, ROUNDS)
    findings.add(f"{NESTED} over ours", times.ratio(NESTED, OURS), "×", "higher", 10.0)
    findings.add(f"{THEIRS} over ours", times.ratio(THEIRS, OURS), "×", "higher")
    for name in (OURS, DENSE):
        findings.add(name, 1000 * times.median(name), "ms")
    findings.note(
        f"Burgers' residual at {ROWS:,} points by all parameters of each of "
        f"{len(mixture.alive)} experts, float64. Ours, in the ratios too, is what training uses: "
        "the factors of the StackJacobian, from which its products are taken, without all entries "
        f"written out; the time “{DENSE}” is beside it. The rivals are `torch.func.vmap(grad)` "
        "of the residual at a point, expert by expert, and write out all entries: once with the "
        "derivatives by the coordinates nested, as one writes them without jets, and once with "
        "our jets."
    )


def inside(sampler: Sampler) -> Points:
    """The rows of the equation alone."""
    points = sampler.draw(0, torch.float64, torch.device("cpu"))
    return Points(points.interior, points.weights, points.boundary[:0], {})


def ours(problem: Problem, mixture: Mixture, points: Points) -> BlockDiagonalJacobian:
    """The factors of the Jacobian (K, R, P)."""
    unbound = Problem(problem.name, problem.domain, problem.residual, conditions=())
    return ExpertResiduals(unbound, mixture, mixture.expert_stacks).linearise(points)[1]


def theirs(problem: Problem, mixture: Mixture, points: Tensor) -> list[tuple[Tensor, ...]]:
    """For each expert the gradients of each row, parameter by parameter, (R, ...)."""
    derivatives = problem.derivatives
    jet = mixture.coordinates(points, derivatives)

    def gradients(name: str, own: Parameters) -> tuple[Tensor, ...]:
        def residual(parameters: Parameters, at: Tensor, x: Tensor) -> Tensor:
            half = len(parameters) // 2
            one = [p.unsqueeze(0) for p in parameters]
            found = plain.evaluate(
                derivatives, at.unsqueeze(1), [Perceptrons((name,), one[:half], one[half:])]
            )
            return problem.equations(found, derivatives, x.unsqueeze(0))[0].sum()

        found: tuple[Tensor, ...] = vmap(grad(residual), in_dims=(None, 1, 0))(own, jet, points)
        return found

    return [gradients(name, own) for name, own in experts(mixture)]


def nested(mixture: Mixture, points: Tensor) -> list[tuple[Tensor, ...]]:
    """The same as `theirs`, of Burgers' residual written with torch.func alone."""
    along_x = points.new_tensor([1.0, 0.0])

    def gradients(name: str, own: Parameters) -> tuple[Tensor, ...]:
        def network(parameters: Parameters, point: Tensor) -> Tensor:
            half = len(parameters) // 2
            *hidden, (weight, bias) = zip(parameters[:half], parameters[half:], strict=True)
            z = (point - mixture.centre) / mixture.half_extent
            for w, b in hidden:
                z = ACTIVATIONS[name](z @ w + b)
            return (z @ weight + bias)[0]

        def equation(parameters: Parameters, point: Tensor) -> Tensor:
            slopes = grad(network, argnums=1)
            # Of forward in forward, reverse in reverse and these two, the fastest nesting.
            both = jvp(lambda at: slopes(parameters, at), (point,), (along_x,))
            (u_x, u_t), (u_xx, _) = both[0], both[1]
            residual: Tensor = u_t + network(parameters, point) * u_x - nu * u_xx
            return residual

        found: tuple[Tensor, ...] = vmap(grad(equation), in_dims=(None, 0))(own, points)
        return found

    return [gradients(name, own) for name, own in experts(mixture)]


def experts(mixture: Mixture) -> Iterator[tuple[str, Parameters]]:
    """Each expert's activation and parameters, in the order of `Mixture.alive`."""
    for stack in mixture.networks:
        for row, name in enumerate(stack.shape.activations):
            yield name, tuple(p.detach()[row] for p in (*stack.weights, *stack.biases))
