"""What a random policy can mean, and which requests are sent."""

import json
from collections.abc import Mapping
from dataclasses import replace

from baseline.iam.reading import PlainPolicy, read_policy
from baseline.iam.request import Request, ServiceCaller
from baseline.iam.services import describes_an_iam_principal
from tests.prover import random_policies


def carries_no_account(request: Request) -> bool:
    """Assumption A3."""
    return not isinstance(request.caller, ServiceCaller) or not any(map(describes_an_iam_principal, request.context))


def is_sent(request: Request) -> bool:
    return random_policies.is_real(request) and random_policies.can_be_sent(request) and carries_no_account(request)


def meanings_of(policy: Mapping[str, object]) -> list[PlainPolicy]:
    """What the policy can mean: with some values of its variables, and NotPrincipal read either way."""
    texts = {json.dumps(policy).replace("${aws:username}", value) for value in ("", "x", ":")}
    plains = [read_policy(json.loads(text)) for text in sorted(texts)]
    both = (True, False) if any(s.not_principals for s in plains[0]) else (False,)
    return [tuple(replace(s, spares_certain=sure) for s in plain) for plain in plains for sure in both]
