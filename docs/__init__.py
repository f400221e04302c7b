"""The documentation, and the program that writes the part of it that follows from the code."""
