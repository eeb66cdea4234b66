"""Cities and time zones of the world, without a network."""
