"""The whole system on one machine: an emulated AWS, simulated source and planning systems, and the demo."""
