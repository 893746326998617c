"""The network as ``model.pt2``, which runs where there is torch and nothing else."""

import io
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
import torch.export
from torch.export import Dim

if TYPE_CHECKING:  # a fresh process has nothing of this package
    from nas.export.architecture import ProblemFacts
    from nas.export.format import Answer, Points
    from nas.export.network import ExportedMixture

FILE = "model.pt2"
NEEDS = "torch"
DTYPES = ("float64",)

_USAGE = """\
With torch alone (the program was written by version {torch}), in this folder:

```python
import torch

model = torch.export.load("model.pt2").module()
points = torch.tensor([{point}], dtype=torch.float64, requires_grad=True)  # (B, {inputs}): {names}
value = model(points)[:, 0]  # (B,): {field}
(first,) = torch.autograd.grad(value.sum(), points, create_graph=True)  # (B, {inputs}): {first}
(second,) = torch.autograd.grad(first[:, 0].sum(), points)  # (B, {inputs}): {second}
print(value.tolist(), first.tolist(), second.tolist())
```

Any number of points at once will do. Leave out `requires_grad` and what follows `value` where no
derivatives are wanted. The program has no `train()` or `eval()`, and needs neither. To load a
`.pt2` file can run code in it: do so only with one that you trust."""


def serialise(network: "ExportedMixture", dtype: str = "float64") -> bytes:
    """The content of ``model.pt2``: a program (B, D) -> (B, C) for any B, in the only ``dtype``.

    It is differentiable by its inputs as often as its activations are.
    """
    centre = network.centre
    # Two points, at a place where the network was trained. A batch of one would be taken for a
    # constant; and traced without gradients, the program would have none.
    example = torch.stack([centre, centre])
    with warnings.catch_warnings(), torch.enable_grad():
        warnings.simplefilter("ignore")  # torch warns of its own future here
        program = torch.export.export(
            network, (example,), dynamic_shapes=({0: Dim("batch", min=1)},)
        )
        for node in program.graph.nodes:
            # These hold the paths of source files on this machine, which are nobody's business.
            node.meta.pop("stack_trace", None)
        content = io.BytesIO()
        torch.export.save(program, content)
    return content.getvalue()


def load(path: str) -> Any:
    """See `nas.export.format.Format`."""
    torch.set_num_threads(1)
    return torch.export.load(path).module()


def evaluate(program: Any, points: "Points") -> "Answer":
    """See `nas.export.format.Format`."""
    x = torch.tensor(points, dtype=torch.float64, requires_grad=True)
    fields = program(x)
    gradients = [
        torch.autograd.grad(field.sum(), x, retain_graph=True)[0].tolist()
        for field in fields.unbind(-1)
    ]
    return fields.tolist(), gradients


def prepared(program: Any, points: "Points") -> Callable[[], object]:
    """See `nas.export.format.Format`."""
    given = torch.tensor(points, dtype=torch.float64)

    def compute() -> object:
        with torch.no_grad():
            return program(given)

    return compute


def usage(problem: "ProblemFacts", dtype: str = "float64") -> str:
    """See `nas.export.format.Format`.

    Examples
    --------
    >>> from nas.export import example
    >>> 'torch.export.load("model.pt2")' in usage(example.PROBLEM)
    True
    """
    field, names = problem.fields[0], problem.coordinates
    # A quarter of the way: unlike the middle, it is on no axis of symmetry.
    point = ", ".join(repr(low + (high - low) / 4) for low, high in problem.bounds)
    return _USAGE.format(
        torch=torch.__version__.partition("+")[0],
        point=f"[{point}]",
        inputs=len(names),
        names=", ".join(names),
        field=field,
        first=", ".join(f"{field}.{name}" for name in names),
        second=", ".join(f"{field}.{names[0]}{name}" for name in names),
    )
