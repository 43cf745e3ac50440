"""The joints: the only room that knows the stages and the storage at once."""
