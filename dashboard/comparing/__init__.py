"""What the Compare page is made of: its plans, its side, what changed, what was scaled, shocks and other assumptions."""
