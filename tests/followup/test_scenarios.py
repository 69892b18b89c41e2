"""Rule 9: the scenarios with known answers, told to each world in turn."""

import pytest

from tests.followup.scenarios import SCENARIOS
from tests.followup.worlds import ReferenceWorld

OF_FIGURES = sorted(SCENARIOS)


@pytest.mark.parametrize("number", OF_FIGURES)
def test_the_reference_shows_it(number):
    SCENARIOS[number](ReferenceWorld())
