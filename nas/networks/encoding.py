"""What the first layer sees of the coordinates: themselves, waves along them, powers at corners.

Axis legend: S derivatives, B points, D coordinates, F features.

The scaled coordinates ξ lie in [-1, 1], so the modes sin kπξ and cos kπξ, k = 1…M, have the
period 2, the domain's extent. A network that sees a coordinate through them alone repeats itself
along it, exactly, with all its derivatives (Dong & Ni 2021).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nas.calculus import jets
from nas.calculus.jets import DerivativeSet
from nas.errors import UserError
from nas.networks import corner
from nas.networks.corner import KIND as CORNER
from nas.networks.corner import CornerPowers
from nas.search_spaces.candidates import Candidate

RAW = "raw"


@dataclass(frozen=True)
class Encoding:
    """Some coordinates as they are; for k = 1…M the sines and cosines of kπξ of others; corners.

    Parameters
    ----------
    kept
        The coordinates seen as they are, by number; None: all.
    waves
        The coordinates seen through their modes.
    modes
        M.
    corners
        Each with the two axes of its plane; see `nas.networks.corner`.

    Examples
    --------
    >>> import torch
    >>> value = torch.tensor([[[0.25, 0.5]]])  # the jet of a value alone at one point of a plane
    >>> seen = resolve("periodic x", ["x", "t"]).jet(DerivativeSet([], 2), value)
    >>> [round(number, 4) for number in seen.flatten().tolist()]
    [0.5, 0.7071, 0.7071]
    """

    kept: tuple[int, ...] | None = None
    waves: tuple[int, ...] = ()
    modes: int = 1
    corners: tuple[tuple[CornerPowers, tuple[int, int]], ...] = ()

    def jet(self, derivatives: DerivativeSet, coordinates: Tensor) -> Tensor:
        """The jet (S, B, F) of the features from that of the scaled coordinates (S, B, D)."""
        if self.corners:
            powers = [
                one.jet(derivatives, _columns(coordinates, axes)) for one, axes in self.corners
            ]
            return torch.cat([coordinates, *powers], dim=-1)
        if not self.waves:
            return coordinates
        phases = self._phases(coordinates)
        # The derivatives of sin run through sin, cos, -sin, -cos; those of cos begin one later.
        sine, cosine = torch.sin(phases[0]), torch.cos(phases[0])
        cycle = [sine, cosine, -sine, -cosine]
        orders = range(derivatives.order + 1)
        waves = [
            jets.compose(derivatives, [cycle[(first + order) % 4] for order in orders], phases)
            for first in (0, 1)
        ]
        return torch.cat([self._as_they_are(coordinates), *waves], dim=-1)

    def values(self, scaled: Tensor) -> Tensor:
        """The features (B, F) of the scaled coordinates (B, D), in torch's own functions."""
        if self.corners:
            powers = [one.values(_columns(scaled, axes)) for one, axes in self.corners]
            return torch.cat([scaled, *powers], dim=-1)
        if not self.waves:
            return scaled
        phases = self._phases(scaled)
        return torch.cat([self._as_they_are(scaled), phases.sin(), phases.cos()], dim=-1)

    def axes(self, dimension: int) -> list[int]:
        """The coordinate, of D, that each of the features belongs to; none for those of corners.

        Examples
        --------
        >>> resolve("periodic x 2", ["x", "t"]).axes(2)
        [1, 0, 0, 0, 0]
        """
        kept = range(dimension) if self.kept is None else self.kept
        return [*kept, *(2 * self.modes * list(self.waves))]

    def _phases(self, coordinates: Tensor) -> Tensor:
        # Linear, so that it maps a jet as it maps values.
        waves = _columns(coordinates, self.waves)
        return torch.cat([math.pi * k * waves for k in range(1, self.modes + 1)], dim=-1)

    def _as_they_are(self, coordinates: Tensor) -> Tensor:
        return coordinates if self.kept is None else _columns(coordinates, self.kept)


AS_THEY_ARE = Encoding()


def resolve(text: str, names: Sequence[str], periodic: Sequence[str] = ()) -> Encoding:
    """The encoding of a candidate among coordinates called ``names``, some of them ``periodic``.

    Raises
    ------
    UserError
        If it names a coordinate that is not there.

    Examples
    --------
    >>> seen = resolve("fourier 4", ["x", "t"])
    >>> seen.kept, seen.waves, seen.modes
    (None, (0, 1), 4)
    >>> resolve("periodic y", ["x", "t"])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: encoding: expected coordinates of the problem, each one of x, t, ...
    """
    text = repeating(text, names, periodic)
    kind, without, modes = parsed(text)
    corners = corner.read(text) if kind == CORNER else ()
    for name in (*without, *(name for one in corners for name in one.names)):
        if name not in names:
            raise UserError(
                f"encoding: expected coordinates of the problem, each one of {', '.join(names)}, "
                f"got {name!r} in {text!r}"
            )
    if kind == RAW:
        return AS_THEY_ARE
    if corners:
        places = [(names.index(one.names[0]), names.index(one.names[1])) for one in corners]
        return Encoding(corners=tuple(zip(corners, places, strict=True)))
    kept = tuple(axis for axis, name in enumerate(names) if name not in without)
    if kind == "fourier":
        return Encoding(kept if without else None, tuple(range(len(names))), modes)
    return Encoding(kept, tuple(names.index(name) for name in without), modes)


def repeating(text: str, names: Sequence[str], periodic: Sequence[str]) -> str:
    """The encoding that is most like ``text`` and sees ``periodic`` coordinates by waves alone.

    Examples
    --------
    >>> names = ["x", "y", "t"]
    >>> [repeating(text, names, ["x"]) for text in ("raw", "periodic y 3", "fourier 4")]
    ['periodic x', 'periodic x y 3', 'fourier 4 x']
    >>> repeating("raw", names, [])
    'raw'

    Raises
    ------
    UserError
        If it sees corners: what repeats itself has none.
    """
    if not periodic:
        return text
    if text.startswith(CORNER):
        raise UserError(
            f"encoding: got a corner, and {', '.join(periodic)} periodic; expected one of both"
        )
    kind, without, modes = parsed(text)
    every = [name for name in names if name in without or name in periodic]
    every += [name for name in without if name not in names]
    if kind == "fourier":
        return " ".join([kind, str(modes), *every])
    return " ".join(["periodic", *every, *([str(modes)] if modes > 1 else [])])


def parsed(text: str) -> tuple[str, tuple[str, ...], int]:
    """Kind, names of the coordinates that are not seen as they are, and number of modes.

    Examples
    --------
    >>> parsed("periodic x y 3"), parsed("fourier 4 x")
    (('periodic', ('x', 'y'), 3), ('fourier', ('x',), 4))
    """
    if text.startswith(CORNER):
        return CORNER, (), 1
    kind, *words = text.split()
    modes = [int(word) for word in words if word.isdecimal()] or [1]
    return kind, tuple(dict.fromkeys(word for word in words if not word.isdecimal())), modes[0]


def count_features(text: str, inputs: int) -> int:
    """F for D ``inputs``.

    Examples
    --------
    >>> [count_features(text, 2) for text in ("raw", "fourier 4", "periodic x", "periodic x y 3")]
    [2, 18, 3, 12]
    """
    kind, names, modes = parsed(text)
    if kind == CORNER:
        return inputs + sum(one.features for one in corner.read(text))
    if kind == RAW:
        return inputs
    if kind == "fourier":
        return inputs * (1 + 2 * modes) - len(names)
    return inputs + len(names) * (2 * modes - 1)


def frequencies(text: str, inputs: int) -> list[float]:
    """How fast each of the F features runs along its coordinate ξ: 1, or kπ of the k-th mode.

    Those of corners run along none; they count as coordinates do.

    Examples
    --------
    >>> [round(one, 2) for one in frequencies("periodic x 2", 2)]  # t; sines and cosines of x
    [1.0, 3.14, 6.28, 3.14, 6.28]
    """
    kind, names, modes = parsed(text)
    if kind == CORNER:
        return [1.0] * count_features(text, inputs)
    kept = inputs if kind == RAW else inputs - len(names)
    seen_by_waves = {RAW: 0, "fourier": inputs}.get(kind, len(names))
    waves = [math.pi * k for k in range(1, modes + 1) for _ in range(seen_by_waves)]
    return [1.0] * kept + 2 * waves


def in_words(text: str) -> str:
    """What the network sees, as a part of a sentence; empty for the coordinates as they are.

    Examples
    --------
    >>> in_words("periodic x y 3")
    'periodic in x and y (3 modes)'
    """
    kind, names, modes = parsed(text)
    if kind == RAW:
        return ""
    if kind == CORNER:
        count = len(corner.read(text))
        of = "a corner" if count == 1 else f"{count} corners"
        return f"which also see powers of the distance from {of}"
    number = f"{modes} mode{'s' * (modes > 1)}"
    if kind == "fourier":
        alone = f", and {' and '.join(names)} through them alone" if names else ""
        return f"which also see the first {number} of each coordinate{alone}"
    return f"periodic in {' and '.join(names)} ({number})"


def shared(candidates: Sequence[Candidate]) -> str:
    """The encoding that repeats itself wherever all candidates do, and else sees all.

    Examples
    --------
    >>> pool = [Candidate("sine", 1, 8, encoding=text) for text in ("periodic x y", "periodic x 3")]
    >>> shared(pool), shared([*pool, Candidate("sine", 1, 8)])
    ('periodic x', 'raw')
    """
    first, *others = (parsed(candidate.encoding)[1] for candidate in candidates)
    names = [name for name in first if all(name in other for other in others)]
    return " ".join(["periodic", *names]) if names else RAW


def _columns(coordinates: Tensor, axes: Sequence[int]) -> Tensor:
    if not axes:
        return coordinates[..., :0]
    return torch.cat([coordinates[..., axis : axis + 1] for axis in axes], dim=-1)
