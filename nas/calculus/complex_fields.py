"""A complex unknown as two real fields: ``w = Complex(u, v)``, ``w.t - 2j * w``."""

from typing import Any, TypeAlias

from nas.calculus.fields import laplacian
from nas.calculus.quantities import Quantity
from nas.errors import UserError

Part: TypeAlias = Any  # a quantity, a tensor or a real number
Factor: TypeAlias = "Complex | Quantity | complex"


class Complex:
    """A complex number at each point, made of two real quantities.

    Arithmetic with complex numbers, fields and whole powers, and derivatives by name, work on it.
    A residual may return it: it stands for two equations, of its real and its imaginary part.

    Parameters
    ----------
    real, imag
        Fields, formulas or numbers.

    Examples
    --------
    A phasor, w' = 2i w, as it is written in a problem with ``fields=("u", "v")``:

    >>> def residual(u, v):
    ...     w = Complex(u, v)
    ...     return w.t - 2j * w
    >>> from nas.calculus.expression import Expression, Names
    >>> import torch
    >>> phasor = Expression(residual, Names(("u", "v"), ("t",)), "phasor", torch.rand(4, 1))
    >>> len(phasor.probed), sorted(phasor.derivatives)
    (2, [(0,), (1,)])
    >>> Complex(1.0, 2.0) * 1j
    Complex(-2.0, 1.0)
    """

    __array_ufunc__ = None  # so that numpy leaves ``scalar * w`` to `__rmul__`

    def __init__(self, real: Part, imag: Part = 0.0) -> None:
        self.real = real
        self.imag = imag

    def __repr__(self) -> str:
        return f"Complex({self.real}, {self.imag})"

    def __getattr__(self, name: str) -> Any:
        """A derivative, ``w.xx``: that of both parts."""
        if name.startswith("_"):
            raise AttributeError(name)
        parts = [getattr(part, name, None) for part in (self.real, self.imag)]
        if not all(isinstance(part, Quantity) for part in parts):
            raise UserError(
                f"{self}.{name}: no such derivative; a complex number has those of its two fields"
            )
        return Complex(*parts)

    def d(self, *names: str) -> "Complex":
        """The derivative by coordinates: ``w.d("x", "x")``."""
        return Complex(self.real.derivative(*names), self.imag.derivative(*names))

    derivative = d

    def conj(self) -> "Complex":
        """The conjugate."""
        return Complex(self.real, -self.imag)

    @property
    def abs2(self) -> Any:
        """``|w|²``, which is smooth where ``|w|`` is not."""
        return self.real * self.real + self.imag * self.imag

    def __abs__(self) -> Any:
        return self.abs2**0.5

    def _laplacian(self) -> "Complex":
        return Complex(laplacian(self.real), laplacian(self.imag))

    def __neg__(self) -> "Complex":
        return Complex(-self.real, -self.imag)

    def __pos__(self) -> "Complex":
        return self

    def __add__(self, other: Factor) -> "Complex":
        real, imag = _parts(other)
        return Complex(self.real + real, self.imag + imag)

    def __sub__(self, other: Factor) -> "Complex":
        return self + -other

    def __rsub__(self, other: Factor) -> "Complex":
        return -self + other

    def __mul__(self, other: Factor) -> "Complex":
        real, imag = _parts(other)
        return Complex(
            self.real * real - self.imag * imag,
            self.real * imag + self.imag * real,
        )

    __radd__, __rmul__ = __add__, __mul__

    def __truediv__(self, other: Factor) -> "Complex":
        real, imag = _parts(other)
        size = real * real + imag * imag
        return self * Complex(real / size, -imag / size)

    def __rtruediv__(self, other: Factor) -> "Complex":
        return Complex(*_parts(other)) / self

    def __pow__(self, power: int) -> "Complex":
        if not isinstance(power, int) or power < 1:
            raise UserError(f"{self}**{power}: expected a whole power of at least 1")
        result = self
        for _ in range(power - 1):
            result = result * self
        return result


def _parts(number: Factor) -> tuple[Any, Any]:
    if isinstance(number, Complex):
        return number.real, number.imag
    if isinstance(number, complex):
        return number.real, number.imag
    return number, 0.0
