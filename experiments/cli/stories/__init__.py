"""Pages that run without a server: of a comparison, and of a lesson."""
