"""The web application: a week's queue, gone through by a person.

`app.create_app` makes the application, `serve` opens it on this machine.
"""

from review.app import create_app, serve

__all__ = ["create_app", "serve"]
