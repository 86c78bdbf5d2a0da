"""Project teams and departments, who leads each and who belongs to it (P48, P80)."""
