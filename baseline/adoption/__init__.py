"""Keys that others made and that their owners give us: whether one fits, who loses access, what Terraform imports."""
