"""HCP Terraform and Terraform Enterprise: what its runs say of themselves, and what is asked of its API."""
