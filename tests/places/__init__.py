"""Places, offline."""
