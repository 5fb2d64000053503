"""The step that compares stages of a value."""
