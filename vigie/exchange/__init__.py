"""Actors in the formats that others read: written as a stream, and read back without loss.

Each format is a module with `write(header, sheets, …)`, which yields text, and most have
`read(raw)`, which yields rows. `formats.FORMATS` lists them; `docs/formats.md` documents them.
"""
