"""The loop that everyone copies, in a process of its own: python tutorial_loop.py FOLDER ENCODER_FOLDER DATABASE_FILE

Prints the seconds from the first photo to the last, without start and loading. Nothing here is photofind's.
"""

import sys
import time
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")

import open_clip  # noqa: E402
import torch  # noqa: E402
from PIL import Image  # noqa: E402
from pymilvus import MilvusClient  # noqa: E402

folder, encoder, database = sys.argv[1:]
model, _, preprocess = open_clip.create_model_and_transforms(f"local-dir:{encoder}")
model.eval()
client = MilvusClient(database)
client.create_collection("photos", dimension=512, metric_type="COSINE", auto_id=True)
paths = sorted(Path(folder).iterdir())
with torch.no_grad():
    model.encode_image(torch.zeros(1, 3, *model.visual.image_size))  # the first run prepares kernels
    began_s = time.monotonic()
    for path in paths:
        picture = preprocess(Image.open(path)).unsqueeze(0)
        features = model.encode_image(picture)
        features /= features.norm(dim=-1, keepdim=True)
        client.insert("photos", {"vector": features[0].tolist(), "path": str(path)})
    seconds = time.monotonic() - began_s
client.close()
sys.stdout.write(f"seconds {seconds}\n")
