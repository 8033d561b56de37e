"""Lower: a plan's groups as loop nests in LLVM's text."""
