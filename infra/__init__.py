"""The stacks of one stage: one construct per step of the line, and the few shared ones."""
