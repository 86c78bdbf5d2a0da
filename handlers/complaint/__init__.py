"""Complaints without a name: taken in sealed, worked by receivers whom they do not concern (P51, P52)."""
