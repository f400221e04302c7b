"""A statement that does not belong to one purpose, together with what is known about it."""

from collections.abc import Iterable
from dataclasses import dataclass

from baseline.iam.conditions import Condition
from baseline.iam.evidence import Evidence
from baseline.iam.principals import Principal
from baseline.iam.statement import Effect, Statement
from baseline.purposes.purpose import DOCS

DEFAULT_POLICY = f"{DOCS}/kms/latest/developerguide/key-policy-default.html"
KMS_CONDITIONS = f"{DOCS}/kms/latest/developerguide/conditions-kms.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonStatement:
    """What such a statement is called and says, and how sure we are of it."""

    sid: str
    effect: Effect = "Allow"
    when: str
    """Which setting puts it into the policy, or `always`."""
    says: str
    evidence: Evidence
    if_wrong: str
    """What would be seen if AWS did not behave so."""
    fallback: str
    """What to do then."""
    source: str

    def statement(
        self,
        principal: Principal,
        actions: Iterable[str],
        *conditions: Condition,
        suffix: str = "",
    ) -> Statement:
        """The statement of one policy; `suffix` tells apart several of them by whom they are for."""
        return Statement(
            sid=self.sid + suffix,
            effect=self.effect,
            principal=principal,
            actions=tuple(actions),
            conditions=conditions,
        )
