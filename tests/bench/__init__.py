"""Benchmarks: what the assistant costs beside a floor or a peer measured in the same run; not tests."""
