"""``MODEL_CARD.md``: what a stranger must know to use the network, and how far to trust it.

Whatever a problem's or a campaign's file says goes through `nas.export.markdown`.
"""

from collections.abc import Sequence

from nas import networks
from nas.export.architecture import (
    Architecture,
    CorrectionDescription,
    ExpertDescription,
    GateDescription,
    ProblemFacts,
)
from nas.export.format import DOUBLE, Format
from nas.export.markdown import block, code, escaped, table
from nas.export.proof import POINTS, Proof
from nas.export.seal import CLOCK
from nas.networks import encoding

_CARD = """\
# {title}

A neural network that approximates the solution {fields} of{equation}

It is what an architecture search left of a pool of {pool} experts: {survivors}.
It has {parameters} parameters, in float64.

## How far to trust it

{trust}

## Inputs and outputs

{columns}

These bounds are those of the box around the domain, which may be smaller than the box. Outside
the domain nothing was trained: there the network extrapolates, and its values mean nothing.
{pieces}{ansatz}
## Experts

{experts}

An importance is the expert's mean weight: of a run of the selection smoothed, as at its end.

{gate}
{corrections}
## Training

{training}

## Measured

{measured}

The network was never trained on the held-out points; the search did use them to decide which
experts may go and which state to keep. The reference solution was only measured against: it took
part in no decision.

`{file}`{dtype} was loaded in a fresh process with {needs} alone, and its {compared}
were compared with the trained mixture's own at {points} points of the box. Largest absolute
difference over the largest magnitude:

{differences}
{speed}
## Use

{usage}

With the toolkit that made it, `nas.load("<this folder>")` gives the same network as a
`torch.nn.Module`, from `architecture.json` and `weights.safetensors` alone, which cannot run code,
once all files here are found to be as they were written.{digest}
Its `coordinates` and `fields` name the columns, its `unknown` holds the coefficients found.
"""


def write(
    architecture: Architecture,
    format: Format,
    parameters: int,
    training: str,
    proof: Proof,
) -> str:
    """The card's text.

    Parameters
    ----------
    format
        Of the portable program.
    parameters
        Those of the network that is exported.
    training
        What `nas.export.training.in_words` says.
    proof
        What the equivalence check measured.

    Examples
    --------
    >>> from nas.export import example
    >>> from nas.export.format import find
    >>> proof = Proof({"u": 1e-15})
    >>> text = write(example.architecture(), find("pt2"), 56, "None at all.", proof)
    >>> text.splitlines()[0], "| u | 1.0e-15 |" in text
    ('# Exponential decay', True)
    """
    problem, measured = architecture.problem, architecture.measured
    return _CARD.format(
        title=escaped(problem.title or problem.name),
        fields=escaped(", ".join(problem.fields)),
        equation=_equation(problem),
        pool=measured.experts_before,
        survivors=_survivors(architecture),
        parameters=f"{parameters:,}",
        trust=_trust(architecture),
        columns=_columns(architecture),
        pieces=_pieces(problem),
        ansatz=_ansatz(architecture),
        experts=_experts(architecture.experts),
        gate=_gate(architecture.gate),
        corrections=_corrections(architecture.corrections),
        training=escaped(training),
        measured=_measured(architecture),
        file=format.FILE,
        needs=format.NEEDS,
        dtype="" if proof.dtype == DOUBLE else f", which computes in {proof.dtype},",
        compared=proof.compared,
        points=POINTS,
        differences=table(
            ("of", "difference"), [(name, f"{of:.1e}") for name, of in proof.differences.items()]
        ),
        speed=f"\n{CLOCK}{proof.speed}, where it was exported.\n" if proof.speed else "",
        usage=format.usage(_in_code(problem), proof.dtype),
        digest=_digest(architecture, format),
    )


def _in_code(problem: ProblemFacts) -> ProblemFacts:
    """With names that may stand in comments of a program."""
    names = {kind: tuple(map(code, getattr(problem, kind))) for kind in ("coordinates", "fields")}
    return problem.model_copy(update=names)


def _digest(architecture: Architecture, format: Format) -> str:
    """For those who have the program alone."""
    known = architecture.files.get(format.FILE)
    return f"\nThe SHA-256 of `{format.FILE}` is\n`{known}`." if known else ""


def _survivors(architecture: Architecture) -> str:
    """Experts, and whether anything is added to them."""
    experts, corrected = len(architecture.experts), bool(architecture.corrections)
    added = " + c(x)" * corrected
    if experts == 1:
        return "a single one" + f" and its correction,\nu(x) = u₁(x){added}" * corrected
    mixed = f"a gated mixture\nu(x) = Σᵢ λᵢ(x) uᵢ(x){added} of {experts} of them"
    return mixed + " and its correction" * corrected


def _equation(problem: ProblemFacts) -> str:
    """As the problem words it; the problem's name where it does not."""
    named = f" the problem `{code(problem.name)}`."
    return f"\n\n{block(problem.equation)}" if problem.equation.strip() else named


def _pieces(problem: ProblemFacts) -> str:
    """Which field belongs to which piece of the domain."""
    if not problem.pieces:
        return ""
    lines = [
        "\nThe program gives every field everywhere. But each of these was sought in one piece of "
        "the\ndomain alone, and its numbers outside that piece mean nothing:\n"
    ]
    for one in problem.pieces:
        pairs = zip(problem.coordinates, one.bounds, strict=True)
        box = ", ".join(f"{name} from {low:g} to {high:g}" for name, (low, high) in pairs)
        lines.append("- " + escaped(f"{one.field} in the piece {one.piece} (within the box {box})"))
    return "\n".join([*lines, ""])


def _trust(architecture: Architecture) -> str:
    """The estimated error, and what speaks against the answer, or does not."""
    figures = architecture.measured
    estimate = figures.error_estimate
    known = (
        "Its relative L2 error could not be estimated without a reference."
        if estimate is None
        else f"Its relative L2 error is estimated, without a reference, as {estimate:.2g}."
    )
    told = [f"- Warning: {escaped(line)}" for line in figures.warnings]
    told += [f"- Note: {escaped(line)}" for line in figures.notes]
    if figures.warnings:
        known = f"**Do not trust this network without a look at what follows.** {known}"
    return "\n".join([known, *([""] * bool(told)), *told])


def _columns(architecture: Architecture) -> str:
    problem = architecture.problem
    inputs = [
        ("input", str(column), name, f"{low:g} to {high:g}")
        for column, (name, (low, high)) in enumerate(
            zip(problem.coordinates, problem.bounds, strict=True)
        )
    ]
    outputs = [("output", str(column), name, "") for column, name in enumerate(problem.fields)]
    return table(("", "column", "name", "bounds"), [*inputs, *outputs])


def _ansatz(architecture: Architecture) -> str:
    """How fields are made of network outputs, and the unknown coefficients found."""
    ansatz, lines = architecture.problem.ansatz, []
    for one in ansatz.fields if ansatz else ():
        made = f"{one.offset:g} + {one.scale:g} · N" if one.offset else f"{one.scale:g} · N"
        if one.exact:
            made = f"A(x) + B(x) · ({made}), where A and B, which the program knows, meet exact "
            made += "conditions whatever N is, or jump where two conditions disagree"
        if one.exact or one.offset or one.scale != 1:
            lines.append("- " + escaped(f"{one.field} = {made}"))
    if lines:
        lines = ["\nOf what the networks give, N, the program makes the fields:\n", *lines]
    if architecture.unknowns:
        rows = [(one.name, f"{one.value:.6g}", one.margin) for one in architecture.unknowns]
        columns = ("coefficient", "value", "standard error, by the noise of the observations")
        lines += ["\nFound together with the solution:\n", table(columns, rows)]
    return "\n".join([*lines, ""]) if lines else ""


def _experts(experts: Sequence[ExpertDescription]) -> str:
    return table(
        ("index in the pool", "network", "importance"),
        [
            (
                str(expert.index),
                networks.family_of(expert.candidate).describe(expert.candidate),
                "unknown" if expert.importance is None else f"{expert.importance:.3f}",
            )
            for expert in experts
        ],
    )


def _gate(gate: GateDescription | None) -> str:
    if gate is None:
        return "The only expert left has the weight 1 everywhere; the gate was left out."
    sees = encoding.in_words(gate.encoding)
    words = f"{gate.made.describe()}{', ' * bool(sees)}{sees}"
    return f"The weights λ are the softmax of {escaped(words)}."


def _corrections(corrections: Sequence[CorrectionDescription]) -> str:
    if not corrections:
        return ""
    rows = [
        (networks.family_of(one.candidate).describe(one.candidate), one.origin)
        for one in corrections
    ]
    return (
        "\n## Correction\n\nc(x) is added with the weight 1 everywhere, outside the gate. It is "
        f"the sum of\n\n{table(('network', 'how it came about'), rows)}\n"
    )


def _measured(architecture: Architecture) -> str:
    figures = architecture.measured
    estimate = figures.error_estimate
    estimated = "not known" if estimate is None else f"{estimate:.3g}"
    error = "no reference" if figures.relative_l2 is None else f"{figures.relative_l2:.3g}"
    loss = "unknown" if figures.held_out_loss is None else f"{figures.held_out_loss:.3g}"
    return table(
        ("", "measured"),
        [
            ("physics loss on held-out points", loss),
            ("relative L2 error against the reference", error),
            ("relative L2 error, estimated without a reference", estimated),
            ("experts, before and after", f"{figures.experts_before} → {figures.experts_after}"),
            (
                "parameters, gate included, before and after",
                f"{figures.parameters_before:,} → {figures.parameters_after:,}",
            ),
        ],
    )
