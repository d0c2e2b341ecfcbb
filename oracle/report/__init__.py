"""A report in the forms in which it can be read."""
