"""Reports: pages and folders that are written from results."""
