"""Effects: what a change of mapping tables, or of the landscape, would do to facts and cells, before anybody makes it."""
