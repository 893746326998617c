"""Where the time of a step goes: the operators with the largest self time."""

from collections.abc import Callable

from torch.profiler import ProfilerActivity, profile

from experiments.benchmarks.timing import seconds_of

STEPS = 5
ROWS = 12


def table(step: Callable[[], object]) -> str:
    """A Markdown table of the top operators of ``step``, with shares of its time.

    What happens outside of operators (Python, and the profiler itself) is the last row.
    """
    step()
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        seconds = seconds_of(lambda: [step() for _ in range(STEPS)])
    return rows(
        {e.key: (e.self_cpu_time_total / 1e6, e.count) for e in profiler.key_averages()}, seconds
    )


def rows(operators: dict[str, tuple[float, int]], seconds: float) -> str:
    """The table of operators, each with (self seconds, calls) in `STEPS` steps of ``seconds``."""
    ordered = sorted(operators.items(), key=lambda item: -item[1][0])
    others = ordered[ROWS:]
    told = [(f"`{name}`", spent, calls) for name, (spent, calls) in ordered[:ROWS]]
    if others:
        spent = sum(spent for _, (spent, _) in others)
        told.append((f"{len(others)} others", spent, sum(calls for _, (_, calls) in others)))
    lines = ["| operator | calls a step | ms a step | share |", "|---|---:|---:|---:|"]
    lines += [
        f"| {name} | {calls / STEPS:.0f} | {1e3 * spent / STEPS:.2f} | {spent / seconds:.1%} |"
        for name, spent, calls in told
    ]
    outside = max(0.0, seconds - sum(spent for _, spent, _ in told))
    lines.append(
        f"| outside of operators | | {1e3 * outside / STEPS:.2f} | {outside / seconds:.1%} |"
    )
    return "\n".join(lines)
