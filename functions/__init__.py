"""The steps of the line, one package and one kind of Lambda function each."""
