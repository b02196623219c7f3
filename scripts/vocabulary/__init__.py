"""How the vocabulary index is compiled: read the packages, choose names, write the file."""
