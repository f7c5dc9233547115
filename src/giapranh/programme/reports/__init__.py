"""Reports of a programme and urging letters: gathered from rows, frozen, written in the official form."""
