"""Plan: which steps of a program become one loop nest, and where what they store lives."""
