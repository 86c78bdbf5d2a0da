"""The workbench: a page on which one person plays everybody of the simulated organisation."""
