"""A seed says everything."""

from tests.chaos.plan import WEIGHTS, draw


def test_the_same_seed_draws_the_same_plan_and_another_one_another() -> None:
    assert draw(7, messages=50, faults=20, seconds=30) == draw(7, messages=50, faults=20, seconds=30)
    assert draw(7, messages=50, faults=20, seconds=30) != draw(8, messages=50, faults=20, seconds=30)


def test_a_plan_has_as_many_messages_and_faults_as_were_wished_for() -> None:
    plan = draw(3, messages=1000, faults=100, seconds=240)
    assert plan.messages >= 1000
    assert len(plan.faults) == 100
    assert all(0 <= fault.at <= plan.seconds for fault in plan.faults)


def test_even_a_short_plan_has_faults_of_every_kind() -> None:
    plan = draw(1, messages=10, faults=len(WEIGHTS), seconds=10)
    assert {fault.kind for fault in plan.faults} == set(WEIGHTS)


def test_more_faults_leave_the_customers_as_they_were() -> None:
    few, many = (draw(5, messages=50, faults=faults, seconds=30) for faults in (8, 80))
    assert few.customers == many.customers
