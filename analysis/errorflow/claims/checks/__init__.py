"""What claims rest on: each check computes everything afresh, from what it is given, and says what it saw."""
