"""interim"""
from dataclasses import dataclass
import numpy as np
from numpy.typing import NDArray

@dataclass
class Relevance:
    probabilities: NDArray[np.float32]
    likely_from: float = 0.5
    strong_from: float = 0.9

def relevance(scores: NDArray[np.float32]) -> Relevance:
    if len(scores) == 0:
        return Relevance(scores)
    centre = np.median(scores); scale = max(np.percentile(scores, 84) - centre, 1e-4)
    a = (scores - centre) / scale / np.sqrt(2*np.log(max(len(scores), 3)))
    b = (scores - centre) / max(scores.max() - centre, 1e-4)
    return Relevance((1/(1+np.exp(-(3*a + 6*b - 8)))).astype(np.float32))
