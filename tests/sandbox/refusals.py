"""What a test expects when AWS says no."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError


def refusal(call: Callable[..., Any], **arguments: Any) -> tuple[str, str]:
    """Code and message of the error that the call ends in."""
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


def status(call: Callable[..., Any], **arguments: Any) -> int:
    """The HTTP status of the error that the call ends in."""
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    return int(raised.value.response["ResponseMetadata"]["HTTPStatusCode"])
