"""What changes would do is added up."""
