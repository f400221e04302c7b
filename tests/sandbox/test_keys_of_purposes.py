"""The services whose keys are switched on: each refuses a key that does not let it in, and one that cannot be used."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.conftest import DEPLOY_ROLE, REGION, Client
from tests.sandbox.key_statements import key_with, through
from tests.sandbox.refusals import refusal
from tests.sandbox.uses_of_keys import USES, UseOfKey

every_purpose = pytest.mark.parametrize("purpose", USES.values(), ids=USES)


@contextmanager
def cleared(purpose: UseOfKey, client: Any) -> Iterator[None]:
    try:
        yield
    finally:
        with suppress(ClientError):
            purpose.clear(client)


@every_purpose
def test_a_key_that_lets_the_account_in_through_the_service_is_used(
    purpose: UseOfKey, client: Client, kms: Any
) -> None:
    service = client(purpose.service, DEPLOY_ROLE)
    with cleared(purpose, service):
        purpose.use(service, key_with(kms, through(purpose.label, list(purpose.actions))))


@every_purpose
def test_a_key_that_does_not_let_the_service_in_is_refused(purpose: UseOfKey, client: Client, kms: Any) -> None:
    service = client(purpose.service, DEPLOY_ROLE)
    for label in ("nobody", "ec2"):
        with cleared(purpose, service):
            key = key_with(kms, through(label, list(purpose.actions)))
            assert refusal(partial(purpose.use, service, key))[0] == purpose.denied


@every_purpose
def test_a_key_that_cannot_be_used_is_refused(purpose: UseOfKey, client: Client, kms: Any) -> None:
    """Disabled, waiting for its deletion, and of another region."""
    service = client(purpose.service, DEPLOY_ROLE)
    key = key_with(kms, through(purpose.label, list(purpose.actions)))
    kms.disable_key(KeyId=key)
    with cleared(purpose, service):
        assert refusal(partial(purpose.use, service, key))[0] == purpose.disabled
    kms.schedule_key_deletion(KeyId=key)
    with cleared(purpose, service):
        assert refusal(partial(purpose.use, service, key))[0] == purpose.pending
    with cleared(purpose, service):
        assert refusal(partial(purpose.use, service, key.replace(REGION, "eu-west-1")))[0] == purpose.unknown
