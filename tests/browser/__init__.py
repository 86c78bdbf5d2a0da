"""The workbench and the pages as people use them, in a real Chromium."""
