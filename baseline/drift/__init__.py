"""What AWS has, held against the Inventory: every difference is a finding. Nothing is asked here, and nothing repaired."""
