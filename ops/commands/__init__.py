"""The commands of `tieout`, one module for each thing an operator looks at or acts on."""
