"""IR: LLVM's text in small pieces: registers, a target's vectors, functions of numbers, waiting threads."""
