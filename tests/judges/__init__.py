"""Judges from outside: programs of others that say whether a file is what it claims to be.

Each takes a whole batch, since a Java virtual machine takes longer to start than a document to judge, and says for each
file which rules it breaks. :mod:`tests.judges.fixtures` has them as fixtures and prints how much was judged.
"""
