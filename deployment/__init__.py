"""Finds Terraform and cdktf, runs them over the synthesized folders, and reads what they plan and say."""
