"""The Web API: one module a method family, one table of all methods."""
