"""Pure logic: no clock, file, socket, event loop, logging or global random numbers."""
