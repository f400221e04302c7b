"""Files that a person or another run may look at any time: read and written as a whole."""
