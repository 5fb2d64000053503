"""Step 1 for events of another bus: relayed onto ours as what a source posts is."""
