"""Step 1: a signed HTTP delivery becomes entries on the bus, or a defined refusal."""
