"""Commands that write about a run or a result: a graph, a protocol, a verification."""
