"""The use cases of the desk: plain functions on the caller's session; the caller owns the transaction."""
