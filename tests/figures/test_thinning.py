import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from epochwise.figures.thinning import thin

curves = arrays(
    float, st.integers(1, 400), elements=st.floats(-1e9, 1e9) | st.just(float("nan"))
).filter(lambda values: np.isfinite(values).any())


@given(curves, st.integers(8, 80))
def test_minimum_maximum_and_both_ends_are_kept(values, most):
    kept = thin(values, most)
    finite = np.flatnonzero(np.isfinite(values))
    assert kept[0] == finite[0]
    assert kept[-1] == finite[-1]
    assert values[kept].min() == np.nanmin(values)
    assert values[kept].max() == np.nanmax(values)
    assert np.nanargmin(values) in kept


@given(curves, st.integers(8, 80))
def test_no_more_points_than_asked_for_in_order_and_finite(values, most):
    kept = thin(values, most)
    assert len(kept) <= most
    assert (np.diff(kept) > 0).all()
    assert np.isfinite(values[kept]).all()


@given(curves)
def test_a_short_curve_is_whole(values):
    np.testing.assert_array_equal(thin(values, 400), np.flatnonzero(np.isfinite(values)))
