"""Error flow as algebra: the state Jacobian of any cell, its products over time, and their derivations."""
