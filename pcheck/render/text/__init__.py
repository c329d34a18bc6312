"""What is printed: a run told moment by moment, a verdict, and what it does not cover."""
