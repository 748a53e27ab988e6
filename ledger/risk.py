"""The five levels of risk (风险五级, playbook B5, C6): how grave it is, by how likely it is to spread."""

from collections.abc import Iterable

from ledger.policy.grading import Grading
from ledger.severity import Point
from ledger.vocabulary import Aspect, Likelihood, Risk, Severity


def likelihood(found: Iterable[Point], grading: Grading) -> Likelihood:
    """How likely a matter with these points is to spread beyond who complained."""
    reach = sum(one.points for one in found if one.aspect in (Aspect.SPREAD, Aspect.PEOPLE))
    return max(
        (word for word in Likelihood if reach >= grading.risk.likelihood[word]),
        key=lambda word: grading.risk.likelihood[word],
    )


def risk(severity: Severity, spreading: Likelihood, grading: Grading) -> Risk:
    """The level of risk of something as grave as ``severity`` that may spread."""
    return grading.risk.levels[severity][spreading]
