"""Oracle EPM Planning as a target: everything about writing cells of one Planning application."""
