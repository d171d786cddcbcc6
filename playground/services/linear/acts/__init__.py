"""What can be done in a Linear, the same for both faces: ids in, things of the store out, `LinearError` else."""
