"""How good could any assignment be? Asked of another solver, which shares nothing with ours but the question.

HiGHS (Q. Huangfu and J. A. J. Hall, Parallelizing the dual revised simplex method, Mathematical Programming Computation 10, 2018) solves the relaxed
problem, in which a case may take parts of several treatments, by an interior point method without crossover: its simplex does not finish on books of
this size. The relaxed best is never below the best in whole treatments, so the distance from it to a choice is a gap that is owed to no code of ours.
"""

from __future__ import annotations

from collections.abc import Sequence

import highspy
import numpy as np
import pyarrow as pa

from arrears.core.problems import Refused
from arrears.decide.capacity.pairs import Pairs, drawn, in_order, marks, read
from arrears.decide.capacity.shapes import Limit, check


def relaxed_best_minor(pairs: pa.Table, limits: Sequence[Limit], stop_below_minor: int = 0) -> float:
    """Value less cost and burden of the best relaxed assignment beyond duties, in minor units; a float, for comparison only.

    Args:
        pairs, limits, stop_below_minor: as for `assigning.assign`.

    Raises:
        Refused: the solver did not come to an end.
    """
    check(pairs, limits, sorted(set(pairs["treatment"].to_pylist())))
    table = in_order(pairs)
    everything = read(table, {limit.name: place for place, limit in enumerate(limits)})
    permitted, duty = marks(table["permitted"]), marks(table["duty"])
    left = np.array([limit.amount for limit in limits], dtype=np.int64) - drawn(everything.take(np.flatnonzero(duty & permitted)), len(limits))
    with_duty = np.isin(everything.case, everything.case[duty])
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (("output_flag", False), ("solver", "ipm"), ("run_crossover", "off"), ("threads", 1)):
        solver.setOptionValue(option, value)
    solver.passModel(_model(everything.take(permitted & (everything.net >= max(1, stop_below_minor)) & ~with_duty), np.maximum(left, 0)))
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise Refused(f"The second solver ended with {solver.modelStatusToString(solver.getModelStatus())}.", "The gap is not certified.", "Use the bound of the assignment itself.")
    return float(solver.getInfo().objective_function_value)


def _model(pairs: Pairs, amounts: np.ndarray) -> highspy.HighsLp:
    """The relaxed problem, column by column: a row a limit, then a row a case."""
    count, limits = len(pairs.row), len(amounts)
    case = np.cumsum(np.bincount(pairs.starts, minlength=count)) - 1 if count else np.zeros(0, np.int64)
    cases = int(case[-1]) + 1 if count else 0
    rows = np.stack([*pairs.limit, (case + limits).astype(np.int64)], axis=1)
    values = np.stack([*(use.astype(np.float64) for use in pairs.use), np.ones(count)], axis=1)
    fits = np.all([use <= np.append(amounts, np.iinfo(np.int64).max)[limit] for limit, use in zip(pairs.limit, pairs.use, strict=True)], axis=0)
    named = np.stack([*(limit < limits for limit in pairs.limit), np.ones(count, np.bool_)], axis=1)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = count, limits + cases
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = pairs.net.astype(np.float64)
    model.col_lower_, model.col_upper_ = np.zeros(count), np.where(fits, 1.0, 0.0)
    model.row_lower_, model.row_upper_ = np.full(limits + cases, -highspy.kHighsInf), np.append(amounts.astype(np.float64), np.ones(cases))
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.append(0, np.cumsum(named.sum(axis=1)))
    model.a_matrix_.index_, model.a_matrix_.value_ = rows[named], values[named]
    return model
