"""Training, conversion and measurement of the bundled specialist."""
