"""What comes out: samples, their text in `samples.csv`, and the figures of a run."""
