"""The names of all properties, for those who must know no more: what the configuration may waive."""

PROPERTY_NAMES = (
    "no-foreign-principal",
    "organization-only-through-the-service",
    "shared-accounts-only-use",
    "no-unlisted-service",
    "service-never-manages",
    "administrator-never-uses",
    "administrator-never-grants",
    "user-never-manages",
    "user-grants-only-for-services",
    "grants-only-for-services",
    "nobody-else-directly",
    "nobody-else-manages",
    "only-through-the-service",
    "no-other-action",
    "only-these-change-the-policy",
    "no-bypass",
    "used-keys-stay",
    "no-lockout",
    "account-delegates",
    "account-delegates-no-more",
    "account-looks",
    "administrator-manages",
    "user-uses",
    "account-uses-the-service",
    "account-only-uses-the-service",
    "services-only-for-this-account",
    "services-do-no-more",
    "services-do-what-they-must",
    "readers-only-read",
    "no-public-statement",
    "every-statement-is-needed",
)

_NO_MORE = "it is now `services-do-no-more`, for every purpose"
_MUST = "it is now `services-do-what-they-must`, for every purpose"
_FENCED = "it is now `services-only-for-this-account`, for every purpose"
_OF_PURPOSES = tuple(
    (name, f"{now}; with `purpose: {purpose}` it says what it said")
    for name, now, purpose in (
        ("publishers-only-for-this-account", _FENCED, "sns"),
        ("publishers-only-publish", _NO_MORE, "sns"),
        ("publishers-publish", _MUST, "sns"),
        ("logs-of-other-regions-never", "it is part of `no-unlisted-service`, of every purpose", "logs"),
        ("only-our-log-groups", _FENCED, "logs"),
        ("logs-only-uses", _NO_MORE, "logs"),
        ("logs-encrypts", _MUST, "logs"),
        ("trail-never-reads", _NO_MORE, "cloudtrail"),
        ("only-our-trail", _FENCED, "cloudtrail"),
        ("trail-writes", _MUST, "cloudtrail"),
    )
)
FORMER_NAMES = (*_OF_PURPOSES, ("every-statement-bites", "it is now `every-statement-is-needed`"))
"""What a waiver may still say, with what to write instead."""
