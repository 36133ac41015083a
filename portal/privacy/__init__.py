"""What a person may have of his data: a copy, and its end."""
