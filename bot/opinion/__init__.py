"""The opinion watch (playbook C8): files of mentions, and judging what has come in (docs/opinion.md)."""
