"""Parts of a kernel: kernels that only kernels call, so that they need neither a door from Python nor code of their own.

numba turns each kernel into machine code, with an entry from Python, and optimises it with all that it calls, at
every level of calls anew. A part is only linked into its caller, and is optimised and turned into machine code there,
once. That halves the time that a kernel of many parts, `kith.sim.day.whole`, takes to compile.
"""

from typing import Any

from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering


class LinkedCode(JITCodeLibrary):
    """The code of a part and of all that it calls, as it was written down, for its caller."""

    def finalize(self) -> None:
        """Link what it calls, and leave the rest to the caller."""
        self._raise_if_finalized()
        for library in dict.fromkeys(self._linking_libraries):
            self._reload_init.update(library._reload_init)
            self._final_module.link_in(library._get_module_for_linking(), preserve=True)
        self._finalize_dynamic_globals()
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)
class LinkedLowering(NativeLowering):
    """The last pass of a part, which makes no machine code."""

    _name = "linked_lowering"

    def run_pass(self, state: Any) -> bool:
        """Write the code into a library that is only linked."""
        state.library = LinkedCode(state.targetctx.codegen(), state.func_id.func_qualname)
        state.flags.no_compile = True
        super().run_pass(state)
        known_as = object()  # callers look it up by its entry, of which there is none
        state.targetctx.insert_user_function(known_as, state.cr.fndesc, [state.library])
        state.cr = state.cr._replace(cfunc=known_as)
        return True


class PartCompiler(CompilerBase):
    """numba's own compiler, but for the last pass."""

    def define_pipelines(self) -> list[Any]:
        """The passes, in their order."""
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state, "part")
        passes.passes = [
            (LinkedLowering, text) if step is NativeLowering else (step, text) for step, text in passes.passes
        ]
        passes.finalize()
        return [passes]


def close_door(compiled: Any) -> None:
    """Refuse calls from Python, which would have no entry to go through."""

    def refuse(*args: object, **kws: object) -> None:
        raise TypeError(f"{compiled.py_func.__qualname__} is a part of kernels: only kernels can call it")

    def add(result: Any) -> None:
        compiled.overloads[tuple(result.signature.args)] = result

    compiled.add_overload, compiled._compile_for_args = add, refuse
