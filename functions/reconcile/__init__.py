"""The step that compares stages of a value, by the clock and when somebody asks."""
