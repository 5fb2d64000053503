"""End-to-end tests; a package, so that their sandbox ends with the last of them."""
