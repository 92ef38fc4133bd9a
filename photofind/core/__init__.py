"""Values and rules of photofind; standard library only."""
