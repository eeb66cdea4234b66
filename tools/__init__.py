"""Programs that make what the repository ships; nothing at run time imports them."""
