"""A simulated tool that posts complete records: any tool, by the landscape's connection and a file in `tools/`."""
