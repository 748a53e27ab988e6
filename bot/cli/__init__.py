"""The commands of `qingting`, by subject."""
