"""Purposes of the owner's own: an organization that has two, and what the tests change of it."""

LAKE = """\
    data-lake:
      title: Data lake objects
      accounts: [data]
      through:
        - service: s3
          may: use
          context: {"aws:s3:arn": ["arn:{partition}:s3:::lake", "arn:{partition}:s3:::lake/*"]}
        - {service: glue, may: use, grants: true}
        - {service: dynamodb, may: use, grants: true, regions: enabled}
      services:
        - {principal: delivery.logs, may: use, source_account: own, source_arn: "arn:{partition}:logs:{region}:{account}:*"}
        - {principal: logs, may: publish, context: {"aws:logs:arn": "arn:{partition}:logs:{region}:{account}:log-group:/lake/*"}}
      share_with: [analytics]
      share: read
      users: [role/Analysts]
"""
SEARCH = """\
    search:
      title: OpenSearch domains
      regions: [eu-west-2]
      through: [{service: es, may: use, grants: true}]
"""


def organization(*own: str, keys: str = "", more: str = "") -> str:
    """The text of a configuration with these purposes; the first definition begins in line 6."""
    custom = f"  custom:\n{''.join(own)}" if own else ""
    return f"""\
version: 1
organization: {{id: o-a1b2c3d4e5, home_region: eu-west-2, regions: [eu-west-2, us-east-1]}}
keys:
  administrators: [role/Keys]
{custom}{keys}accounts:
  - {{name: data, id: "033333333333"}}
  - {{name: analytics, id: "222222222222", regions: [eu-west-2]}}
{more}"""


BOTH = organization(LAKE, SEARCH)
