"""The columns of all tables, and what they hold: the one place where they stand.

Everything in the tables is a function of the configuration, except ``attempts``, which says
when, where and how fast the work was done. So on the CPU, with as many threads in each worker,
an interrupted campaign ends with the same tables as an uninterrupted one, byte for byte, but
for ``attempts``; and so do campaigns with different numbers of workers.
"""

import pyarrow as pa

from nas.campaign import parquet
from nas.search_spaces import AXES, Axis

_KINDS = {str: pa.string(), int: pa.int64(), float: pa.float64()}


def _column(axis: Axis) -> pa.Field:
    """Of an axis; a table that was written before the axis was known is read at its default."""
    column = pa.field(axis.name, _KINDS[axis.kind])
    return column if axis.default is None else parquet.with_default(column, axis.default)


_AXES = [_column(axis) for axis in AXES]
_RUN = [("run", pa.string()), ("trial", pa.int64()), ("repetition", pa.int64())]

TABLES: dict[str, pa.Schema] = {
    # One row per trial; figures are medians over its runs.
    "trials": pa.schema(
        [
            ("trial", pa.int64()),
            parquet.with_default(pa.field("stage", pa.string()), "selection"),  # as of its runs
            ("status", pa.string()),  # completed, or failed: no finite median over the runs
            ("m", pa.int64()),  # experts in the pool
            ("p", pa.float64()),  # exponent of the sparsity term
            ("threshold", pa.float64()),  # drop under threshold / alive
            ("held_out_loss", pa.float64()),  # first objective
            ("parameters", pa.float64()),  # second objective: what survives, gate included
            ("relative_l2", pa.float64()),  # against the reference; reported, never decided on
            ("on_front", pa.bool_()),  # Pareto-optimal in the two objectives
            # Least held-out loss, or the smallest of those that are as good: within a factor of
            # two of it, and of its estimated error.
            ("recommended", pa.bool_()),
            # The knee of the front, where that is smaller than the recommended one.
            parquet.with_default(pa.field("alternative", pa.bool_()), False),
            ("best_run", pa.string()),  # the completed run with the least held-out loss
        ]
    ),
    # One row per run: a trial's repetition with its own seed.
    "runs": pa.schema(
        [
            *_RUN,
            # selection: a trial, for the gate to choose | race: a contestant of it
            parquet.with_default(pa.field("stage", pa.string()), "selection"),
            ("status", pa.string()),  # completed | diverged | failed | killed
            ("reason", pa.string()),  # of a status other than completed, or a note
            ("m", pa.int64()),
            ("p", pa.float64()),
            ("threshold", pa.float64()),
            ("seed", pa.int64()),  # of initial weights and points
            ("steps", pa.int64()),  # of the search: iterations of the warm-up, then steps of Adam
            ("iterations", pa.int64()),  # of the fine-tuning
            ("evaluations", pa.int64()),  # points, times the experts that learnt from them
            ("experts_before", pa.int64()),
            ("experts_after", pa.int64()),
            ("parameters_before", pa.int64()),  # gate included
            (
                "parameters_after",
                pa.int64(),
            ),  # corrections included, and the gate where one is needed
            ("drops", pa.int64()),
            ("refusals", pa.int64()),
            ("held_out_loss", pa.float64()),  # physics loss on points never trained on
            ("relative_l2", pa.float64()),  # null where the problem has no reference
            # Of the relative L2 error, without a reference; null where there is none.
            parquet.with_default(pa.field("error_estimate", pa.float64()), None),
            # What speaks against this solution, in plain words, a line each; empty where nothing.
            parquet.with_default(pa.field("warnings", pa.string()), ""),
            # What is to be known of it and does not speak against it, a line each.
            parquet.with_default(pa.field("notes", pa.string()), ""),
            # What is added to the gated sum, separated by commas: sine 1×800; empty where nothing.
            parquet.with_default(pa.field("corrections", pa.string()), ""),
        ]
    ),
    # One row per field of each completed run.
    "fields": pa.schema(
        [
            *_RUN,
            ("field", pa.string()),
            ("relative_l2", pa.float64()),  # null without a reference, and where it is zero
            ("error_estimate", pa.float64()),  # null where it could not be estimated
        ]
    ),
    # One row per logged step and unknown coefficient of each run; the last one is the estimate.
    "unknowns": pa.schema(
        [
            *_RUN,
            ("phase", pa.string()),
            ("step", pa.int64()),  # counted over all phases
            ("name", pa.string()),  # as the problem calls it
            ("value", pa.float64()),
            ("truth", pa.float64()),  # null where it is not known
            # By the noise of the observations, of the last row; null where there is none, or doubt.
            parquet.with_default(pa.field("standard_error", pa.float64()), None),
            # Why the last value says little; empty where nothing speaks against it.
            parquet.with_default(pa.field("doubt", pa.string()), None),
        ]
    ),
    # One row per expert of each run.
    "experts": pa.schema(
        [
            *_RUN,
            ("candidate", pa.int64()),  # index in the pool, 0 … m - 1
            *_AXES,  # its levels
            ("parameters", pa.int64()),
            ("born", pa.int64()),  # step
            ("ended", pa.int64()),  # step of the drop, or of the end of the selection
            # dropped by the gate | survived | censored: the run ended early | cut: it had learnt
            # too little for the gate to be asked
            ("outcome", pa.string()),
            ("reason", pa.string()),  # of the drop, or of the last refusal to drop
            ("importance", pa.float64()),  # smoothed mean weight when dropped, or at the end
            ("individual_loss", pa.float64()),  # held-out, of the expert by itself, after warm-up
            # Held-out loss without the expert over that with it, before any was dropped.
            ("leave_one_out", pa.float64()),
            ("refusals", pa.int64()),  # times a drop was refused or taken back
        ]
    ),
    # One row per logged step.
    "history": pa.schema(
        [
            *_RUN,
            ("phase", pa.string()),  # warm-up | gate | selection | fine-tuning
            ("step", pa.int64()),  # counted over all phases
            # Physics loss on the step's own points: the mixture's, or in the warm-up, where
            # each expert is alone, the best expert's.
            ("loss", pa.float64()),
            ("held_out_loss", pa.float64()),  # null where it was not measured
            ("sparsity", pa.float64()),  # S_p
            ("experts", pa.int64()),  # alive
            ("parameters", pa.int64()),  # alive, gate included
            ("learning_rate", pa.float64()),  # Adam's, of the gate; null in the other phases
        ]
    ),
    # One row per attempt at a run: when, where and how fast; not reproducible by nature.
    "attempts": pa.schema(
        [
            *_RUN,
            ("attempt", pa.int64()),
            ("started", pa.string()),  # ISO 8601, UTC
            ("seconds", pa.float64()),
            ("from_step", pa.int64()),
            ("to_step", pa.int64()),
            ("ending", pa.string()),  # the run's status, or interrupted
            ("device", pa.string()),
            ("threads", pa.int64()),
            parquet.with_default(pa.field("machine", pa.string()), ""),  # its host name
            ("processor", pa.string()),
            ("platform", pa.string()),
            ("versions", pa.string()),  # JSON: package -> version
        ]
    ),
}

# What a search within a budget adds; its iterations are those that the clock allowed.
BUDGETED: dict[str, pa.Schema] = {
    # One row per candidate of a repetition's pool and round in which it learnt.
    "pool": pa.schema(
        [
            ("repetition", pa.int64()),
            ("candidate", pa.int64()),  # index in the pool
            *_AXES,  # its levels
            ("parameters", pa.int64()),
            ("round", pa.int64()),  # from 1 on
            ("iterations", pa.int64()),  # in this round
            # Of the candidate by itself, at the end of the round; null where it diverged, or where
            # there was no time for it.
            ("held_out_loss", pa.float64()),
        ]
    ),
    # One row per contestant of a repetition's race.
    "race": pa.schema(
        [
            ("repetition", pa.int64()),
            ("run", pa.string()),  # what the contestant is called in the table of runs
            ("origin", pa.string()),  # trial 3 | lead of trial 3 | single | restart of 0
            ("members", pa.string()),  # architectures, separated by commas
            ("iterations", pa.int64()),  # of its fine-tuning
            ("held_out_loss", pa.float64()),
            # The heat after which it was cut, 0 without a place in any; null for those that stayed.
            ("left_in", pa.int64()),
            ("won", pa.bool_()),
        ]
    ),
}

# What a validation adds; `seconds` are wall time, so these are not reproducible to the byte.
VALIDATION: dict[str, pa.Schema] = {
    # One row per candidate of the space and repetition: the candidate trained alone.
    "singles": pa.schema(
        [
            ("repetition", pa.int64()),
            *_AXES,  # the candidate's levels
            ("parameters", pa.int64()),
            ("individual_loss", pa.float64()),  # held-out physics loss after the warm-up
            ("held_out_loss", pa.float64()),  # and at the end
            ("relative_l2", pa.float64()),  # null where the problem has no reference
            ("iterations", pa.int64()),  # of the fine-tuning
            ("evaluations", pa.int64()),  # points that it learnt from
            ("seconds", pa.float64()),
            ("reason", pa.string()),  # of an early end
        ]
    ),
    # One row per subset trained again beside a run; `seconds` are without a warm-up that is shared.
    "subsets": pa.schema(
        [
            *_RUN,
            ("kind", pa.string()),  # selected | random | best | all | longest
            ("number", pa.int64()),  # of its kind
            ("members", pa.string()),  # architectures, separated by commas
            ("size", pa.int64()),
            ("status", pa.string()),  # as of a run
            ("reason", pa.string()),
            ("parameters", pa.int64()),
            ("held_out_loss", pa.float64()),
            ("relative_l2", pa.float64()),
            ("iterations", pa.int64()),
            ("evaluations", pa.int64()),
            ("seconds", pa.float64()),
        ]
    ),
}
