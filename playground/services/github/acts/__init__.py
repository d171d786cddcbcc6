"""What can be done in a GitHub, the same for both faces: values in, things of the store out, `ApiError` else."""
