"""The configurations that are deployed one after another: every feature in two accounts and two regions."""

_PUBLISHERS = "cloudwatch, events, budgets, costalerts, s3, cloudtrail, codestar-notifications"

_ORGANIZATION = f"""\
version: 1
organization: {{id: o-a1b2c3d4e5, home_region: eu-west-2, regions: [eu-west-2, us-east-1]}}
keys:
  administrators: [role/SecurityAdministrators]
  purposes:
    sns: {{publishers: [{_PUBLISHERS}]}}
"""
_NO_SERVICE_FOR_VOLUMES = "    ebs: {services: []}\n"
_EXCEPTIONS = """\
  exceptions:
    - {account: data, region: us-east-1, purpose: logs, rotation_period_days: 180}
"""
_TOPICS = (
    "notification_topics: {topics: ["
    "{name: alerts, publishers: [cloudwatch, events, s3, cloudtrail, codestar-notifications],"
    " subscriptions: [{protocol: email, endpoint: ops@example.com}]},"
    "{name: bills, home_region_only: true, publishers: [costalerts, budgets]}]}"
)
_SAVINGS_PLANS = "savings_plans_notifications: {emails: [finops@example.com], utilization_below: 85}"


def _accounts(payer: str, data: str) -> str:
    """Both accounts with their own features."""
    return f"""\
accounts:
  - {{name: payer, id: "111111111111", role: null, features: {{{payer}}}}}
  - {{name: data, id: "033333333333", features: {{{data}}}}}
"""


def _features(log_group_encryption: str, backup: str) -> str:
    return f"""\
features:
  ebs_default_encryption: true
  log_groups: {{groups: [{{name: /baseline/automation}}, {{name: app.log, retention_days: 30}}]}}
  log_group_encryption: {{remediation: automatic, {log_group_encryption}}}
  backup: {{{backup}}}
  cloudtrail: true
  {_TOPICS}
"""


ON = (
    _ORGANIZATION
    + _features(log_group_encryption="", backup="cold_storage_after_days: 30, delete_after_days: 120")
    # One account has a trail of its own, the other one of all accounts; one has a recorder, the other gets one.
    + _accounts(f"cloudtrail: {{scope: organization}}, {_SAVINGS_PLANS}", "log_group_encryption: {recorder: managed}")
)
CHANGED = (
    _ORGANIZATION
    + _EXCEPTIONS
    + _features(
        log_group_encryption='replace_other_keys: true, exclude: ["aws-controltower/*"]',
        backup='schedule: "cron(0 2 ? * SUN *)", delete_after_days: 365',
    )
    + _accounts(f"cloudtrail: {{scope: organization}}, {_SAVINGS_PLANS}", "log_group_encryption: false")
)
OFF = _ORGANIZATION + _EXCEPTIONS + _accounts("", "")
RETIRED = """\
retired:
  - {account: payer, purpose: backup, then: keep}
  - {account: payer, purpose: cloudtrail, then: keep}
  - {account: data, purpose: backup, then: keep}
  - {account: data, purpose: cloudtrail, then: keep}
"""
# Topics come back in one account; and no service may use the volumes' keys any more.
ON_AGAIN = (
    _ORGANIZATION + _NO_SERVICE_FOR_VOLUMES + _EXCEPTIONS + _accounts(f"{_SAVINGS_PLANS}, {_TOPICS}", "") + RETIRED
)
