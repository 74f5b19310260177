"""Which jobs a run needs, what may stop it before any, and what it says at its end."""
