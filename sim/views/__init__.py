"""Views of a running community for Mesa and NetworkX; they store no state.

`CommunityModel`, `Member` and `MemberSet` are Mesa's model, agent and agent set. Import them from
`kith`, which loads Mesa at the first use.
"""
