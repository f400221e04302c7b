"""HCP Terraform on this machine: what Terraform's `cloud` block, and a client of the API, need of it.

The calls and their documents: https://developer.hashicorp.com/terraform/cloud-docs/api-docs. What Terraform 1.11 asks
for was read in its source (`internal/cloud`) and in go-tfe 1.70.0, which it links, and tried with the real program.
"""
