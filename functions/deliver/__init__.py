"""Step 4: changed cells of one target become values in planning, each with a receipt."""
