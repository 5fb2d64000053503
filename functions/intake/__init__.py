"""Step 1 for files: a dropped file is checked whole, cut into chunks, and each chunk becomes a delivery on the bus."""
