"""The tables of product and chain rule, worked by hand."""

import pytest

from nas.calculus.derivatives import Derivative, DerivativeSet, Laplacian


def test_closure_holds_all_smaller_indices() -> None:
    assert DerivativeSet([(2, 1)], 2).keys == ((0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (2, 1))


def test_a_laplacian_is_one_derivative() -> None:
    assert DerivativeSet([Laplacian((0, 1))], 2).keys == ((0, 0), (1, 0), (0, 1), Laplacian((0, 1)))


def test_faa_di_bruno_of_the_fourth_derivative() -> None:
    # (f∘g)'''' = f' g'''' + 4 f'' g' g''' + 3 f'' g''² + 6 f''' g'² g'' + f'''' g'⁴
    terms = {blocks: c for c, blocks in DerivativeSet([(4,)], 1).faa_di_bruno[4]}
    assert terms == {(4,): 1, (1, 3): 4, (2, 2): 3, (1, 1, 2): 6, (1, 1, 1, 1): 1}


def test_leibniz_of_a_mixed_derivative() -> None:
    derivatives = DerivativeSet([(1, 1)], 2)
    assert sorted(derivatives.leibniz[3]) == [(1, 0, 3), (1, 1, 2), (1, 2, 1), (1, 3, 0)]


def test_rules_of_the_laplacian() -> None:
    # Δ(f g) = f Δg + Δf g + 2 f_x g_x + 2 f_y g_y, and Δ f(g) = f' Δg + f'' (g_x² + g_y²)
    derivatives = DerivativeSet([Laplacian((0, 1))], 2)
    assert sorted(derivatives.leibniz[3]) == [(1, 0, 3), (1, 3, 0), (2, 1, 1), (2, 2, 2)]
    assert sorted(derivatives.faa_di_bruno[3]) == [(1, (1, 1)), (1, (2, 2)), (1, (3,))]


def test_leibniz_of_a_pure_derivative_has_binomial_coefficients() -> None:
    coefficients = [c for c, _, _ in DerivativeSet([(4,)], 1).leibniz[4]]
    assert coefficients == [1, 4, 6, 4, 1]


@pytest.mark.parametrize(
    ("keys", "order"), [([], 0), ([(1, 0)], 1), ([Laplacian((0,))], 2), ([(2, 1), (0, 1)], 3)]
)
def test_the_order_is_the_highest(keys: list[Derivative], order: int) -> None:
    assert DerivativeSet(keys, 2).order == order


def test_sets_are_equal_if_their_closures_are() -> None:
    one, same = DerivativeSet([(2, 0)], 2), DerivativeSet([(1, 0), (2, 0)], 2)
    assert one == same
    assert hash(one) == hash(same)
    assert one != DerivativeSet([(0, 2)], 2)


def test_order_above_four_is_refused() -> None:
    with pytest.raises(ValueError, match="order of at most 4"):
        DerivativeSet([(3, 2)], 2)


def test_index_of_another_dimension_is_refused() -> None:
    with pytest.raises(ValueError, match="multi-index of length 2"):
        DerivativeSet([(1,)], 2)
