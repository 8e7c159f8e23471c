"""The micro-model in Mesa with NetworkX and `shuffle_do`."""

import mesa
import micro
import networkx as nx


class Person(mesa.Agent):
    """Reads its neighbours and draws."""

    def __init__(self, model: "Room") -> None:
        super().__init__(model)
        self.satisfaction = self.random.random()
        self.leaves = False

    def decide(self) -> None:
        """Draw whether to leave."""
        around = [self.model.people[n].satisfaction for n in self.model.graph.neighbors(self.unique_id - 1)]
        mood = sum(around) / len(around) if around else 0.0
        self.leaves = self.random.random() < 0.01 * (1.0 - 0.5 * mood)


class Room(mesa.Model):
    """Everybody, and who knows whom."""

    def __init__(self) -> None:
        super().__init__(rng=1)
        self.graph = nx.Graph()
        self.graph.add_nodes_from(range(micro.AGENTS))
        self.graph.add_edges_from(zip(*(ends.tolist() for ends in micro.ties()), strict=True))
        self.people = [Person(self) for _ in range(micro.AGENTS)]

    def step(self) -> None:
        """Everybody decides, in random order."""
        self.agents.shuffle_do("decide")


room = Room()
micro.report(room.step, lambda: sum(person.leaves for person in room.people))
