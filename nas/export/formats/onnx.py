"""The network as ``model.onnx``, which runs where there is onnxruntime, and no torch."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # a fresh process has nothing of this package
    from nas.export.architecture import ProblemFacts
    from nas.export.format import Answer, Points
    from nas.export.network import ExportedMixture
    from nas.export.onnx_program.steps import Steps, Value

FILE = "model.onnx"
NEEDS = "onnxruntime"
DTYPES = ("float64", "float32")

_OPSET, _IR = 17, 8  # of 2022: whatever reads ONNX today reads these
_INPUT, _OUTPUT = "points", "fields"
_TYPES = {"float64": "DOUBLE", "float32": "FLOAT", "int64": "INT64", "bool": "BOOL"}
_USAGE = """\
With onnxruntime alone, in this folder:

```python
import numpy
import onnxruntime

model = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])
points = numpy.array([{point}], dtype=numpy.{dtype})  # (B, {inputs}): {names}
(fields,) = model.run(["fields"], {{"points": points}})  # (B, {outputs}): {fields}
print(fields.tolist())
```

Any number of points at once will do. The program gives values and no derivatives: these come with
`nas.load`, or with `--format pt2`."""


def serialise(network: "ExportedMixture", dtype: str = "float64") -> bytes:
    """The content of ``model.onnx``: a program (B, D) -> (B, C) for any B, in ``dtype``.

    Raises
    ------
    UserError
        If onnx is not installed, or the network does what is not known in ONNX or, as the Erf of
        gelu in float64, by onnxruntime.
    """
    from nas.export.onnx_program.translation import translated

    onnx = _onnx()
    steps, result = translated(network, _INPUT, len(network.coordinates), dtype)
    return _content(onnx, steps, result, len(network.coordinates), len(network.fields))


def _onnx() -> Any:
    from nas.errors import UserError

    try:
        import_module("onnxruntime")  # without it nothing could be proven
        return import_module("onnx")
    except ImportError:
        raise UserError(
            "--format onnx: expected onnx and onnxruntime, and one of them is not installed; "
            "pip install 'pinn-nas[onnx]'"
        ) from None


def _content(onnx: Any, steps: "Steps", result: "Value", inputs: int, outputs: int) -> bytes:
    """The file, which is always the same bytes for the same steps."""
    make = onnx.helper
    numbers = {name: getattr(onnx.TensorProto, of) for name, of in _TYPES.items()}
    nodes = [
        make.make_node(
            one.operator,
            one.inputs,
            [one.output],
            **{key: numbers[of] if key == "to" else of for key, of in one.attributes.items()},
        )
        for one in steps.steps
    ]
    nodes.append(make.make_node("Identity", [result.name], [_OUTPUT]))
    graph = make.make_graph(
        nodes,
        "network",
        [make.make_tensor_value_info(_INPUT, numbers[steps.dtype], ["batch", inputs])],
        [make.make_tensor_value_info(_OUTPUT, numbers[steps.dtype], ["batch", outputs])],
        [onnx.numpy_helper.from_array(of, name) for name, of in steps.constants.items()],
    )
    versions = {"opset_imports": [make.make_opsetid("", _OPSET)], "ir_version": _IR}
    model = make.make_model(graph, producer_name="pinn-nas", **versions)
    made: bytes = model.SerializeToString(deterministic=True)
    return made


def load(path: str) -> Any:
    """See `nas.export.format.Format`."""
    return _opened(path)


def evaluate(program: Any, points: "Points") -> "Answer":
    """See `nas.export.format.Format`."""
    session, array = program
    return session.run([_OUTPUT], {_INPUT: array(points)})[0].tolist(), None


def prepared(program: Any, points: "Points") -> Callable[[], object]:
    """See `nas.export.format.Format`."""
    session, array = program
    given = {_INPUT: array(points)}
    return lambda: session.run([_OUTPUT], given)


def usage(problem: "ProblemFacts", dtype: str = "float64") -> str:
    """See `nas.export.format.Format`.

    Examples
    --------
    >>> from nas.export import example
    >>> 'onnxruntime.InferenceSession("model.onnx"' in usage(example.PROBLEM)
    True
    """
    # A quarter of the way: unlike the middle, it is on no axis of symmetry.
    point = ", ".join(repr(low + (high - low) / 4) for low, high in problem.bounds)
    return _USAGE.format(
        point=f"[{point}]",
        dtype=dtype,
        inputs=len(problem.coordinates),
        names=", ".join(problem.coordinates),
        outputs=len(problem.fields),
        fields=", ".join(problem.fields),
    )


def _opened(path: str) -> "tuple[Any, Callable[[Points], Any]]":
    """The program, for one thread; and what makes an array of points for it."""
    import numpy as np  # comes with onnxruntime
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    number = "float32" if session.get_inputs()[0].type == "tensor(float)" else "float64"
    return session, lambda points: np.array(points, dtype=number)
