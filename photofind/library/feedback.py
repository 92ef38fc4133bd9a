"""interim"""
import numpy as np
def refined(v, liked, disliked):
    w = v + liked.sum(0)*0.5 - disliked.sum(0)*0.3
    return (w/np.linalg.norm(w)).astype(np.float32)
