"""Learning experiments: tasks of the 1997 paper, and scripts that write the committed results which figures read."""
