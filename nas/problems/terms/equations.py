"""The equations: residuals inside the domain, or inside its pieces."""

from dataclasses import dataclass

from nas.calculus.expression import Residual
from nas.errors import UserError
from nas.problems.domains import pieces_of
from nas.problems.sampling import interior_points
from nas.problems.terms.expressing import PROBES, express
from nas.problems.terms.expression_term import ExpressionTerm
from nas.problems.terms.interior import INTERIOR, Interior, inside
from nas.problems.terms.requirement import Requirement, Setting
from nas.problems.terms.term import Drawn


@dataclass(frozen=True)
class Equations(Requirement):
    """What holds inside the domain, or inside one of its pieces.

    Parameters
    ----------
    residual
        As of `nas.Problem`.
    on
        The piece.

    Examples
    --------
    >>> from nas.problems import Box
    >>> setting = Setting("heat", Box(x=(0, 1), t=(0, 1)), ("u",))
    >>> term = Equations(lambda u: u.t - u.xx).bind(setting)
    >>> sorted(term.derivatives), term.regions, term.weights
    ([(0, 1), (2, 0)], ('interior',), (1.0,))
    """

    residual: Residual
    on: str = INTERIOR

    def describe(self) -> str:
        """See `Requirement`."""
        return "equations" if self.on == INTERIOR else f"equations in {self.on}"

    def bind(self, setting: Setting) -> ExpressionTerm:
        """See `Requirement`.

        Raises
        ------
        UserError
            If the residual is no function, does not fit fields and coordinates, or uses no field;
            if the domain has no such piece.
        """
        where = "residual" if self.on == INTERIOR else f"residual in {self.on}"
        pieces = pieces_of(setting.domain)
        if self.on != INTERIOR and self.on not in pieces:
            known = ", ".join(pieces) or "none: its domain is in one piece"
            raise UserError(f"{setting.name}: {where}: expected a piece among {known}")
        points = interior_points(inside(setting.domain, self.on), PROBES, seed=0, draw=0)
        expression = express(setting, self.residual, where, Drawn.bare(points))
        if not expression.derivatives:
            raise UserError(
                f"{setting.name}: {where}: expected a function of "
                f"{' or '.join(setting.fields)}, got one that uses none of them; any solution "
                "would do"
            )
        weights = (1.0,) * len(expression.probed)
        return ExpressionTerm(expression, Interior(), (self.on,), weights)
