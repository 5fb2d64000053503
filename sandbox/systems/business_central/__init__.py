"""A simulated Business Central environment: several companies' books in SQL, its token address, its API, and its notifications."""
