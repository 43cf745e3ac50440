"""Texts → mentions, places, actors’ names, near-duplicate groups; pure."""
