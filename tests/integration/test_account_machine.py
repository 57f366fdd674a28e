"""Random interleavings of everything that can happen to accounts agree with a model."""

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.support.account_machine import AccountMachine


def test_accounts_agree_with_the_model(redis):
    AccountMachine.redis = redis
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        AccountMachine,
        settings=settings(max_examples=30, stateful_step_count=40, deadline=None, suppress_health_check=checks),
    )
