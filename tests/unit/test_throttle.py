"""How often somebody may do something."""

from datetime import UTC, datetime, timedelta

from bot.throttle import Rate, Throttle

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_a_burst_goes_through_and_then_one_at_a_time() -> None:
    throttle = Throttle(Rate(burst=3, a_minute=60))

    assert [throttle.take("a", NOON) for _ in range(4)] == [0, 0, 0, 1]
    assert throttle.take("a", after(1)) == 0
    assert throttle.take("a", after(1)) == 1


def test_what_is_refused_costs_nothing() -> None:
    throttle = Throttle(Rate(burst=1, a_minute=60))
    throttle.take("a", NOON)

    for _ in range(10):
        throttle.take("a", after(0.5))

    assert throttle.take("a", after(1)) == 0


def test_one_does_not_wait_for_another() -> None:
    throttle = Throttle(Rate(burst=1, a_minute=1))
    throttle.take("a", NOON)

    assert throttle.take("b", NOON) == 0


def test_after_a_rest_there_is_a_burst_again_and_no_more() -> None:
    throttle = Throttle(Rate(burst=2, a_minute=60))
    throttle.take("a", NOON)

    assert [throttle.take("a", after(3600)) for _ in range(3)] == [0, 0, 1]
