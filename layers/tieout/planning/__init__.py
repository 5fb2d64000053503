"""Planning: a fact, the planning model and the mapping tables become contributions to planning cells; pure."""
