"""Views of a running community in the tools that others know; they hold no state of their own.

`CommunityModel`, `Member` and `MemberSet` are Mesa's model, agent and agent set. Import them from
`sim`, which loads Mesa when one of them is first asked for.
"""
