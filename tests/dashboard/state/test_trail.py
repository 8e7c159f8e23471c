"""Back and forth through what a session has shown."""

from kith.dashboard.state.trail import Trail


def test_back_and_forth_are_the_neighbours_and_a_new_step_ends_what_lay_ahead() -> None:
    trail = Trail()
    assert (trail.back, trail.forth) == ("", "")
    for path in ("/", "/?a=pool", "/?a=web"):
        trail.see(path)
        trail.see(path)
    assert trail.back == "/?a=pool"
    trail.see("/?a=pool")
    assert (trail.back, trail.forth) == ("/", "/?a=web")
    trail.see("/?a=hub")
    assert (trail.back, trail.forth) == ("/?a=pool", "")
