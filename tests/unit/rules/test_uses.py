"""Uses: what a statement may say a part is for is what the rules can choose by."""

import pytest

from evidence.core.statements.use import UseClass
from evidence.rules.routes import routes
from evidence.rules.ruleset import RuleSet

LAW = RuleSet.load()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        pytest.param("850760", "any other good of 8507.60", id="a-battery"),
        pytest.param("850710", "", id="a-rule-for-every-use"),
        pytest.param("840991", "", id="a-rule-by-use"),
    ],
)
def test_what_goes_into_no_vehicle_follows_the_rule_of_any_other_good(code: str, kind: str) -> None:
    """A battery for stationary storage is no original equipment: no table of the automotive appendix applies to it."""
    stationary, aftermarket = (
        routes(LAW, code, use, scopes=(kind,), table_roles=(), choices=[])
        for use in (UseClass.STATIONARY_STORAGE, UseClass.AFTERMARKET)
    )
    assert stationary == aftermarket != ()
