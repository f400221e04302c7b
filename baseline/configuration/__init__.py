"""What a person writes, read with the place of every value."""
