"""From a file as somebody else wrote it to checked rows of the contract, with nothing lost."""
