"""Money: what satisfaction is worth, who pays, and who founds under a price."""
