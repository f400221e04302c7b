"""What a written value must be: limits, schedules, and what every mapping has in common."""
