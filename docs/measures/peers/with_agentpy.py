"""The micro-model in agentpy, with its network."""

import agentpy
import micro
import networkx as nx


class Person(agentpy.Agent):
    """Reads its neighbours and draws."""

    def setup(self) -> None:
        """Begin with any satisfaction."""
        self.satisfaction = self.model.random.random()
        self.leaves = False

    def decide(self) -> None:
        """Draw whether to leave."""
        around = [other.satisfaction for other in self.model.network.neighbors(self)]
        mood = sum(around) / len(around) if around else 0.0
        self.leaves = self.model.random.random() < 0.01 * (1.0 - 0.5 * mood)


class Room(agentpy.Model):
    """Everybody, and who knows whom."""

    def setup(self) -> None:
        """Seat people on the graph."""
        graph = nx.Graph()
        graph.add_nodes_from(range(micro.AGENTS))
        graph.add_edges_from(zip(*(ends.tolist() for ends in micro.ties()), strict=True))
        self.people = agentpy.AgentList(self, micro.AGENTS, Person)
        self.network = agentpy.Network(self, graph)
        self.network.add_agents(self.people, self.network.nodes)

    def step(self) -> None:
        """Everybody decides, in random order."""
        self.people.shuffle().decide()


room = Room({"seed": 1})
room.sim_setup()
micro.report(room.step, lambda: sum(person.leaves for person in room.people))
