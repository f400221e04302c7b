"""What an auditor asks of keys, as one plain value: everything that a report shows, in whatever form, is in it."""
