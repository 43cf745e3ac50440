"""An invented web with its truth: outlets in a real intercommunality, to measure the watch with.

Nothing of the product imports this room.
"""

from simulation.run import DEFAULT_UNTIL, Summary, simulate
from simulation.serving import Web, serve
from simulation.setup import write_settings

__all__ = ["DEFAULT_UNTIL", "Summary", "Web", "serve", "simulate", "write_settings"]
